// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import maaxboard.entropy.health.SelfTest;

/** {@code entropy selftest}: known answers of the health tests and the mixer. */
final class SelfTestCommand implements Command {
    @Override
    public String name() {
        return "selftest";
    }

    @Override
    public String summary() {
        return "Check the health tests and the mixer against known answers.";
    }

    @Override
    public void describe(Description description) {
        Options.addFlag(description, "say nothing unless a check fails", "-q", "--quiet");
    }

    @Override
    public ExitCode run(Arguments arguments) throws CliException {
        long start = System.nanoTime();
        var results = SelfTest.run(true, true);
        long millis = (System.nanoTime() - start) / 1_000_000;
        long failed = results.stream().filter(result -> !result.passed()).count();
        if (!Options.flag(arguments, "--quiet")) {
            results.forEach(result -> System.out.println((result.passed() ? "ok    " : "FAIL  ") + result.name()));
            System.out.println((results.size() - failed) + " of " + results.size() + " checks passed in " + millis + " ms");
            System.out.flush();
        }
        if (failed > 0) {
            throw new CliException(ExitCode.INTERNAL, failed + " of " + results.size() + " self-tests failed");
        }
        return ExitCode.OK;
    }
}
