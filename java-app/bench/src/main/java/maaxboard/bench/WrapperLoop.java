// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Path;
import java.util.Scanner;
import maaxboard.entropy.pkcs11.Pkcs11Module;

/**
 * {@code WrapperLoop MODULE SLOT}: C_GenerateRandom through the wrapper's session, with the answers of loop.c: for each
 * line {@code COUNT LENGTH} the nanoseconds that so many calls of so many bytes took.
 */
final class WrapperLoop {
    private WrapperLoop() {
    }

    public static void main(String[] args) throws Exception {
        var module = Pkcs11Module.load(Path.of(args[0]));
        module.initialize(null);
        module.slots(true);
        var session = module.openSession(Long.parseLong(args[1]));
        var buffer = new byte[4096];
        System.out.println("ready");
        var in = new Scanner(System.in);
        while (in.hasNext()) {
            long count = in.nextLong();
            int length = in.nextInt();
            long since = System.nanoTime();
            for (long i = 0; i < count; i++) {
                session.generateRandom(buffer, 0, length);
            }
            System.out.println(System.nanoTime() - since);
        }
    }
}
