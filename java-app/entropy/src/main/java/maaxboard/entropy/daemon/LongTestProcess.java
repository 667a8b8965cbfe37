// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.IOException;
import maaxboard.entropy.assess.Assessment;
import maaxboard.entropy.assess.Samples;
import maaxboard.entropy.linux.SelfProtection;

/** The long test's own process: samples of 8 bits on standard input, the assessed min-entropy on standard output. */
public final class LongTestProcess {
    private LongTestProcess() {
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        SelfProtection.forbidCoreDumps();
        System.out.println(Assessment.of(Samples.of(System.in.readAllBytes(), 8)).minEntropy());
    }
}
