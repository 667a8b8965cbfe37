// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import maaxboard.guest.Project;

/** Makes docs/faults.md from the tables that the last runs on the host and in the guest left in build/log. */
public final class FaultPage {
    /** The page, from the project's top. */
    public static final Path PAGE = Path.of("docs/faults.md");

    static final String HEAD = """
            # The fault lab

            What happens to the bytes when something on their way breaks. Every line is a test: on the host with pcscd, OpenSC,
            the service as a process and a virtual token in a Virtual PCD reader; and in a booted guest, where the token is a
            USB device. Behind a link p11-kit's server has OpenSC and the token. `make check` runs the table once on either and
            prints it; `make bench SUBJECTS=faults` writes this page.

            A number in brackets behind a time says that it is the median of so many runs. The times asked for are medians on an
            idle machine; `performance.md` says how loaded this one was. The guest's are those of an emulated processor. A dash:
            not run there.

            After each fault it is held that every 32 bytes the consumer took are an answer the token gave, in order and once;
            that bytes flow again within 60 s of the cure; and that the log says what happened. "Refused" is state FAILED
            without one byte of the bad answers published, counted from the first answer that the token spoilt; recovery then is
            the time from `entropy clear` to the first byte.
            For faults that only tests of statistics can see, the bytes published before the alarm stand beside the number
            computed from the binomial distribution for the adaptive proportion test alone; other tests may be faster.

            """;

    static final String TAIL = """

            ## What is not seen

            - **Answers of another length, and some of another status.** OpenSC cuts what is longer than it asked for, and asks
              again for what a shorter answer lacks; a whole answer with 61xx it takes; after 6Cxx it asks again, for xx bytes;
              until 0.26.0 it took 90xx for 9000. In each case C_GenerateRandom returns CKR_OK and as many bytes as it was asked
              for, and PKCS #11 has no call that would tell. The bytes are the token's own. `make fuzz` sends such answers by the
              thousand, computes from OpenSC's source which units must come of them, and finds those and no others. Only an
              answer without a byte shows, as CKR_DATA_INVALID, and quarantines the token.
            - **What repeats after long.** A piece of 32 bytes that comes again within 2 MiB raises the alarm; what came between
              its first time and its second has been published, but for the last 256 bytes.
            - **Mild bias.** The continuous tests hold a token to the claimed 6 bits a byte and catch a loss below that, not
              every loss: bits that are 1 with probability 0.6 still carry 5.9 bits of min-entropy a byte and pass for long.
              `entropy assess` estimates what a token really gives.
            - **A good generator that somebody else knows.** Tests see patterns, not secrets.
            - **A token exchanged faster than OpenSC looks.** If another token is in the reader within a fraction of a second,
              OpenSC holds it for the one it knew, with that one's serial number, until the slot has been empty once.
            - **A second token with the same serial** is taken for the first one's second slot: one of them serves.
            """;

    private FaultPage() {}

    /** The file of a rig's table, from the project's top. */
    public static Path table(String rig) {
        return Path.of("build/log/faults-" + rig + ".md");
    }

    /** Writes the page. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(Project.top().resolve(PAGE), page());
    }

    private static String page() throws IOException {
        Map<String, String[]> host = rows("host");
        host.putAll(rows("link"));
        Map<String, String[]> guest = rows("guest");
        var text = new StringBuilder(HEAD).append(
                "| fault | expected | seen | asked for | recovery on the host | in the guest |\n|---|---|---|---|---|---|\n");
        var names = new ArrayList<>(host.keySet());
        guest.keySet().stream().filter(name -> !host.containsKey(name)).forEach(names::add);
        for (String name : names) {
            String[] cells = host.getOrDefault(name, guest.get(name));
            text.append("| %s | %s | %s | %s | %s | %s |%n".formatted(
                    name, cells[1], cells[2], limit(name), recovery(host.get(name)), recovery(guest.get(name))));
        }
        return text.append(TAIL).toString();
    }

    private static String limit(String name) {
        return FaultCase.all().stream()
                .filter(fault -> fault.name().equals(name) && fault.limit() > 0)
                .map(fault -> "%.0f s".formatted(fault.limit()))
                .findFirst()
                .orElse("");
    }

    private static String recovery(String[] cells) {
        if (cells == null) {
            return "-";
        }
        return cells[4].equals("1") ? cells[3] : cells[3] + " (" + cells[4] + ")";
    }

    private static Map<String, String[]> rows(String rig) throws IOException {
        var rows = new LinkedHashMap<String, String[]>();
        Path file = Project.top().resolve(table(rig));
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        for (String line : lines.stream().skip(2).toList()) {
            String[] cells = line.substring(1, line.length() - 1).split("\\|");
            for (int i = 0; i < cells.length; i++) {
                cells[i] = cells[i].strip();
            }
            rows.put(cells[0], cells);
        }
        return rows;
    }
}
