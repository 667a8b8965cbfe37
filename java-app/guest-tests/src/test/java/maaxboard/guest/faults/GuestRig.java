// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import maaxboard.entropy.region.Region;
import maaxboard.guest.Guest;
import maaxboard.guest.Project;
import maaxboard.guest.Token;

/** In a guest: the tokens are USB devices on its bus, the region is its memory. */
final class GuestRig implements Rig {
    private static final String PCSCD = "/etc/init.d/S60pcscd";

    private final Guest guest;
    private final List<Token> tokens = new ArrayList<>();
    private final Region region;

    GuestRig() {
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
