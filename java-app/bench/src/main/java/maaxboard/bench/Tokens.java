// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import maaxboard.guest.Project;
import maaxboard.virtualtoken.HostPcscd;
import maaxboard.virtualtoken.VirtualToken;
import maaxboard.virtualtoken.transport.VpcdTransport;

/** Tokens on this host, the same ones for both sides of a pair: a module, its slots, and the environment to reach them. */
final class Tokens implements AutoCloseable {
    static final Path SOFTHSM = Path.of("/usr/lib/softhsm/libsofthsm2.so");
    private static final Pattern SLOT = Pattern.compile("\\((0x[0-9a-f]+)\\)");

    private final Path module;
    private final Map<String, String> environment;
    private final HostPcscd pcscd;
    private final List<VirtualToken> virtual = new ArrayList<>();

    private Tokens(Path module, Map<String, String> environment, HostPcscd pcscd) {
        this.module = module;
        this.environment = environment;
        this.pcscd = pcscd;
    }

    static Tokens ofSoftHsm(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("tokens"));
        Files.writeString(folder.resolve("softhsm2.conf"), "directories.tokendir = " + folder.resolve("tokens") + "\n");
        var environment = Map.of("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
        Programs.run(environment, "softhsm2-util", "--init-token", "--free", "--label", "bench", "--pin", "471199",
                "--so-pin", "99887766");
        return new Tokens(SOFTHSM, environment, null);
    }

    /** Virtual tokens at readers of a pcscd of their own. */
    static Tokens ofVpcd(Path folder, int count) throws IOException {
        var pcscd = HostPcscd.start(folder, count);
        var environment = new HashMap<>(pcscd.environment());
        // The guest's configuration: without it OpenSC has slots for four readers.
        environment.put("OPENSC_CONF", Project.top().resolve("board/maaxboard/opensc.conf").toString());
        var tokens = new Tokens(openSc(), environment, pcscd);
        for (int i = 0; i < count; i++) {
            tokens.virtual.add(VirtualToken.on(new VpcdTransport(new InetSocketAddress(InetAddress.getLoopbackAddress(),
                    pcscd.port(i)))).serial(String.format(Locale.ROOT, "%08x", 0x43211234 + i)).start());
        }
        for (int tries = 0; tokens.present() < count; tries++) {
            if (tries == 100) {
                throw new IOException("only " + tokens.present() + " of " + count + " virtual tokens came up");
            }
        }
        return tokens;
    }

    /** How many tokens are seen; none while one is just coming, which pkcs11-tool trips over. */
    private int present() {
        try {
            return slots().size();
        } catch (IOException e) {
            return 0;
        }
    }

    private static Path openSc() throws IOException {
        try (var folders = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
            for (var folder : folders) {
                if (Files.exists(folder.resolve("opensc-pkcs11.so"))) {
                    return folder.resolve("opensc-pkcs11.so");
                }
            }
        }
        throw new IOException("no opensc-pkcs11.so in /usr/lib");
    }

    Path module() {
        return module;
    }

    Map<String, String> environment() {
        return environment;
    }

    /** The first slot of each token, in order. */
    List<Long> slots() throws IOException {
        var slots = new ArrayList<Long>();
        var seen = new ArrayList<String>();
        var words = Programs.run(environment, "pkcs11-tool", "--module", module.toString(), "--list-slots").split("\nSlot ");
        for (var word : words) {
            var id = SLOT.matcher(word);
            int serial = word.indexOf("serial num");
            if (id.find() && serial >= 0 && word.contains("rng")) {
                var number = word.substring(serial).lines().findFirst().orElseThrow();
                if (!seen.contains(number)) {
                    seen.add(number);
                    slots.add(Long.decode(id.group(1)));
                }
            }
        }
        return slots;
    }

    @Override
    public void close() throws IOException {
        for (var token : virtual) {
            token.close();
        }
        if (pcscd != null) {
            pcscd.close();
        }
    }
}
