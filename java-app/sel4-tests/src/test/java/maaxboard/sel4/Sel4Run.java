// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * {@code make sel4-run}: the example system in QEMU, the guest's images inside it and the virtual token on its USB. One boot,
 * told in the order in which it happens. It is no part of {@code make check}: it needs a Microkit SDK and libvmm.
 */
@TestMethodOrder(MethodOrderer.MethodName.class)
class Sel4Run {
    private static final Pattern STATE = Pattern.compile("entropy: region (.+?), state (\\w+) reason (\\d+), generation ([0-9a-f]{16})"
            + ", heartbeat (\\w+), blocks (\\d+), .*?tails refused (\\d+), doorbells (\\d+), interrupts asked (\\d+)");
    private static final Pattern HASH = Pattern.compile("entropy: sha256 ([0-9a-f]{64})\\s");
    private static final Pattern PROMPT = Pattern.compile("(login: |[#$] )(\\x1b\\[6n)?$");
    private static final int PATIENCE = Integer.getInteger("sel4.patience", 300);

    private final List<Process> running = new ArrayList<>();
    private Path folder;
    private SocketChannel console;

    @AfterEach
    void endEverything() throws Exception {
        if (console != null) {
            console.close();
        }
        for (var process : running.reversed()) {
            process.destroy();
            if (!process.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void everyBlockArrivesInOrderOnceThroughReplugRebootAndAttack() throws Exception {
        folder = Path.of("target/sel4-run").toAbsolutePath();
        Files.createDirectories(folder);
        var images = images(Path.of(System.getProperty("sel4.images")));
        var build = Sel4Build.run(300, List.of("make", "-s", "-C", Sel4Build.ROOT.resolve("sel4/example").toString(),
                "BOARD=qemu_virt_aarch64", "MICROKIT_SDK=" + System.getProperty("sel4.sdk"), "LIBVMM=" + System.getProperty("sel4.libvmm"),
                "IMAGES=" + images, "HASHES=1", "O=" + folder.resolve("system")));
        assertEquals(0, build.status(), build.output());
        for (var name : List.of("sel4.log", "guest.log", "hashes", "token.sock", "guest.sock", "control.sock")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        long started = System.nanoTime();
        startQemu();
        startToken();
        await("the consumer domain is up", () -> log().contains("entropy: consumer up"));
        await("state OK", () -> last() != null && last().group(2).equals("OK"));
        await("blocks flow", () -> hashes().size() > 256);
        say(started, "first blocks: " + line());

        await("the doorbell is used", () -> Long.parseLong(last().group(8)) > 0);
        await("the UIO interrupt is used", () -> Long.parseLong(last().group(9)) > 0);
        say(started, "doorbell and interrupt: " + line());

        token("unplug");
        await("the token is missed", () -> last().group(2).equals("WAITING"));
        say(started, "unplugged: " + line());
        token("plug");
        await("the token is back", () -> last().group(2).equals("OK"));
        more("blocks flow again");
        say(started, "plugged again: " + line());

        var before = last().group(4);
        shell(0);
        int rebooted = guestLog().length();
        guest("reboot");
        await("the VMM starts the guest again", () -> log().contains("the guest resets"));
        await("another generation is OK", () -> last().group(2).equals("OK") && !last().group(4).equals(before));
        more("blocks flow after the reboot");
        say(started, "guest rebooted: " + line());

        shell(rebooted);
        guest("/etc/init.d/S*maaxboard-entropy stop; sleep 2; /region-attack /dev/uio0; /etc/init.d/S*maaxboard-entropy start");
        await("the attack is over", () -> guestLog().contains("attack: done"));
        assertTrue(log().contains("dropped a store of the guest"), "the VMM dropped the stores to the consumer's page");
        var attack = Pattern.compile("attack: head was (\\w+), is (\\w+)").matcher(guestLog());
        assertTrue(attack.find());
        say(started, "attack: " + attack.group());
        var hostile = hashes().size();
        await("the consumer outlives it", () -> last().group(2).equals("OK") && hashes().size() > hostile + 256);
        say(started, "after the attack: " + line());

        compare(started);
    }

    /** Every hash the consumer printed is in the token's list, each further down than the one before. */
    private void compare(long started) throws IOException {
        Map<String, Integer> places = new HashMap<>();
        var list = Files.readAllLines(folder.resolve("hashes"));
        for (int i = 0; i < list.size(); i++) {
            places.put(list.get(i), i);
        }
        int last = -1;
        int gaps = 0;
        var seen = hashes();
        for (int i = 0; i < seen.size(); i++) {
            var place = places.get(seen.get(i));
            assertTrue(place != null, "piece " + i + " is not from the token: " + seen.get(i));
            assertTrue(place > last, "piece " + i + " of the token's answer " + place + " came after answer " + last);
            gaps += place > last + 1 ? 1 : 0;
            last = place;
        }
        say(started, seen.size() + " pieces of 32 bytes, every one from the token, in order, once; " + gaps
                + " places where the token's list goes on without them (start-up tests, reboot)");
    }

    /** The given images, the attack's program laid over the initramfs. */
    private Path images(Path given) throws Exception {
        var made = folder.resolve("images");
        Files.createDirectories(made);
        Files.copy(given.resolve("Image"), made.resolve("Image"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (var out = Files.newOutputStream(made.resolve("rootfs.cpio.gz"))) {
            Files.copy(given.resolve("rootfs.cpio.gz"), out);
            try (var gzip = new GZIPOutputStream(out)) {
                gzip.write(cpio("region-attack", Files.readAllBytes(Sel4Build.make("attack"))));
            }
        }
        return made;
    }

    /** A "newc" archive of one executable file. */
    private static byte[] cpio(String name, byte[] content) {
        var out = new ByteArrayOutputStream();
        entry(out, name, 0100755, content);
        entry(out, "TRAILER!!!", 0, new byte[0]);
        return out.toByteArray();
    }

    private static void entry(ByteArrayOutputStream out, String name, int mode, byte[] content) {
        var bytes = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        out.writeBytes(("070701" + "%08x".repeat(13)).formatted(1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, bytes.length, 0)
                .getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(bytes);
        out.writeBytes(new byte[-(110 + bytes.length) & 3]);
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & 3]);
    }

    private void startQemu() throws Exception {
        var command = new ArrayList<>(List.of(Sel4Build.ROOT.resolve("board/qemu/qemu.sh").toString()));
        command.addAll(List.of(("-machine virt,virtualization=on -cpu cortex-a53 -m 2G -display none -monitor none -nic none"
                + " -device loader,file=system/loader.img,addr=0x70000000,cpu-num=0 -serial file:sel4.log"
                + " -chardev socket,id=guest,path=guest.sock,server=on,wait=off,logfile=guest.log -serial chardev:guest"
                + " -device qemu-xhci,id=xhci,addr=1 -chardev socket,id=token,path=token.sock,server=on,wait=off"
                + " -device usb-redir,chardev=token,bus=xhci.0,port=1").split(" ")));
        start(command, "qemu.log");
        await("QEMU's sockets", () -> Files.exists(folder.resolve("guest.sock")));
        console = connect("guest.sock");
        // QEMU waits for a reader that stops reading; what is read stands in guest.log already.
        Thread.ofPlatform().daemon().start(() -> {
            var text = ByteBuffer.allocate(4096);
            try {
                while (console.read(text.clear()) >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                // closed at the end
            }
        });
    }

    private void startToken() throws Exception {
        start(List.of(Sel4Build.ROOT.resolve("build/host/bin/virtual-token").toString(), "usbredir", "--socket", "token.sock",
                "--hashes", "hashes", "--control", "control.sock"), "token.log");
    }

    private void start(List<String> command, String log) throws IOException {
        running.add(new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve(log).toFile()).start());
    }

    /** A socket's path ends at 107 bytes: long ones are reached through the folder's descriptor. */
    private SocketChannel connect(String name) throws IOException {
        var link = Files.createTempDirectory("sel4").resolve("run");
        Files.createSymbolicLink(link, folder);
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(link.resolve(name)));
        } finally {
            Files.delete(link);
            Files.delete(link.getParent());
        }
    }

    private void token(String command) throws Exception {
        try (var control = connect("control.sock")) {
            control.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
            var reply = ByteBuffer.allocate(1024);
            control.read(reply);
            var text = new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
            assertTrue(text.startsWith("ok"), command + ": " + text);
        }
    }

    private void guest(String command) throws IOException {
        console.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    private String log() {
        return read("sel4.log");
    }

    private String guestLog() {
        return read("guest.log");
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private MatchResult last() {
        return STATE.matcher(log()).results().reduce((first, second) -> second).orElse(null);
    }

    private String line() {
        return last().group();
    }

    private List<String> hashes() {
        return HASH.matcher(log()).results().map(match -> match.group(1)).toList();
    }

    /** Waits for a shell behind that place of the guest's console, logging in if asked to. */
    private void shell(int from) throws Exception {
        long[] asked = {0};
        await("a shell", () -> {
            var prompt = PROMPT.matcher(guestLog().substring(from));
            if (prompt.find()) {
                if (!prompt.group(1).equals("login: ")) {
                    return true;
                }
                guest("root");
                Thread.sleep(3000);
            } else if (System.nanoTime() - asked[0] > 5_000_000_000L && guestLog().length() > from + 4000) {
                asked[0] = System.nanoTime(); // the kernel's messages may stand behind the prompt
                guest("");
            }
            return false;
        });
    }

    private void more(String what) throws Exception {
        int now = hashes().size();
        await(what, () -> hashes().size() > now + 256);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE * 1_000_000_000L;
        while (!condition.holds()) {
            for (var process : running) {
                assertTrue(process.isAlive(), () -> "ended early: " + process.info().commandLine().orElse("") + "\n"
                        + read("qemu.log") + read("token.log"));
            }
            if (System.nanoTime() > deadline) {
                fail("not within " + PATIENCE + " s: " + what + "\n" + tail(log()) + "\n-- guest --\n" + tail(guestLog()));
            }
            Thread.sleep(500);
        }
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - 1500));
    }

    private static void say(long started, String text) {
        System.out.printf("%4d s  %s%n", (System.nanoTime() - started) / 1_000_000_000L, text);
    }
}
