// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

/** The exit codes of {@code virtual-token}, from sysexits.h. */
enum ExitCode {
    OK(0, "told to quit"),
    USAGE(64, "a command, flag or flag value is wrong"),
    DATA(65, "the script has an error"),
    NO_INPUT(66, "the script is missing or cannot be read"),
    UNAVAILABLE(69, "no pcscd, no such reader or no card in it on this host"),
    INTERNAL(70, "an error in this program"),
    CANNOT_CREATE(73, "the file of hashes or the control socket cannot be made");

    final int code;
    final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }
}
