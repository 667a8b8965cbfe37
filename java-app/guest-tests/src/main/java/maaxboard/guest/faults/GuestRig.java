// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import maaxboard.entropy.region.Region;
import maaxboard.guest.Guest;
import maaxboard.guest.Project;
import maaxboard.guest.Token;

/** In a guest: the tokens are USB devices on its bus, the region is its memory. */
public final class GuestRig implements Rig {
    private static final String PCSCD = "/etc/init.d/S60pcscd";
    private static final String SERVICE = "/etc/init.d/S70maaxboard-entropy";
    private static final String CONFIGURATION = "/etc/maaxboard-entropy.conf";

    private final Guest guest;
    private final List<Token> tokens = new ArrayList<>();
    private final Region region;

    /** Boots the guest; what its console prints goes to a file in build/log. */
    public GuestRig() {
        guest = Guest.start(Project.images(), Project.top().resolve("build/log/faults.console"));
        for (int i = 0; i < 2; i++) {
            tokens.add(i == 0
                    ? Token.plugInto(guest, i, FaultCase.SERIALS.get(i))
                    : Token.plugInto(guest, i, FaultCase.SERIALS.get(i), "--unplugged"));
        }
        guest.awaitShell();
        region = guest.openRegion();
    }

    @Override
    public String name() {
        return "guest";
    }

    @Override
    public void order(int token, String line) {
        tokens.get(token).tell(line);
    }

    @Override
    public String status(int token) {
        return tokens.get(token).tell("status");
    }

    @Override
    public Path hashes(int token) {
        return guest.file("hashes" + token);
    }

    @Override
    public Region region() {
        return region;
    }

    /** Its keeper would start it again at once: it goes too. */
    @Override
    public void killPcscd() {
        guest.run("kill -9 $(pidof pcscd); " + PCSCD + " stop");
    }

    @Override
    public void startPcscd() {
        guest.run(PCSCD + " start");
    }

    @Override
    public void killService() {
        guest.run("kill -9 $(pidof java)");
    }

    /** The keeper has done it. */
    @Override
    public void startService() {}

    @Override
    public void clear(String serial) {
        guest.run("for i in 1 2 3 4 5 6 7 8 9; do entropy clear --serial " + serial + " && break; sleep 1; done");
    }

    /** By another file laid over the configuration: the root may be read-only. */
    @Override
    public void select(String serial) throws IOException {
        int logged = log().length();
        var changed = guest.run(serial == null
                ? "umount " + CONFIGURATION + " && " + SERVICE + " reload"
                : "echo serial = " + serial + " >/run/selected.conf && mount -o bind /run/selected.conf " + CONFIGURATION
                        + " && " + SERVICE + " reload");
        if (changed.status() == 0) {
            awaitLog(logged, "configuration read");
        } else if (serial != null) {
            throw new IOException(changed.output());
        }
    }

    @Override
    public void stepClock(int seconds) {
        guest.run("date -s @$(($(date +%s) + " + seconds + "))");
    }

    @Override
    public String log() {
        return guest.run("cat /var/log/messages").output();
    }

    @Override
    public void close() {
        region.close();
        tokens.forEach(Token::close);
        guest.close();
    }
}
