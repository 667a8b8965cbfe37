// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

/** The exit codes of {@code entropy}, from sysexits.h; the manual page's table is made from this list. */
public enum ExitCode {
    OK(0, "success"),
    USAGE(64, "a command, flag or flag value is wrong"),
    DATA(65, "the input data is bad"),
    NO_INPUT(66, "an input file is missing or cannot be read"),
    UNAVAILABLE(69, "no module, no token, no random generator, unknown slot, or a host tool is missing"),
    INTERNAL(70, "an error in this program"),
    CANNOT_CREATE(73, "the output cannot be created"),
    IO(74, "reading or writing failed"),
    BUSY(75, "the region already has a producer, or the token is busy"),
    REGION(76, "the region's ABI version or a size is not ours"),
    NOT_PERMITTED(77, "not permitted"),
    CONFIGURATION(78, "the configuration is wrong"),
    INTERRUPTED(130, "interrupted");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The process's exit status. */
    public int code() {
        return code;
    }

    /** One line for the manual page. */
    public String meaning() {
        return meaning;
    }
}
