// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.region.Slot;

/** A booted guest with tokens in its ports and a consumer at its region, for one test class. */
final class Bench implements AutoCloseable {
    static final String SERVICE = "/etc/init.d/S70maaxboard-entropy";

    final Guest guest;
    final Consumer consumer;
    final List<Token> tokens = new ArrayList<>();
    private final List<AnswerLog> answers = new ArrayList<>();
    private final Map<Integer, AnswerLog> bySource = new HashMap<>();
    private long taken;

    /**
     * Boots, and returns when there are a producer and a shell.
     *
     * @param name of the console's log
     */
    Bench(String name, String... serials) {
        guest = Guest.start(Project.images(), Project.top().resolve("build/log/" + name + ".console"));
        try {
            for (var serial : serials) {
                plug(serial);
            }
            consumer = Consumer.attach(guest);
            guest.awaitShell();
        } catch (RuntimeException e) {
            tokens.forEach(Token::close);
            guest.close();
            throw e;
        }
    }

    /** Puts one more token into the next port. */
    Token plug(String serial) {
        var token = Token.plugInto(guest, tokens.size(), serial);
        tokens.add(token);
        answers.add(new AnswerLog(token));
        return token;
    }

    Token token() {
        return tokens.getFirst();
    }

    /** Every block is what its token answered, in the order of its answers, and none twice. */
    List<Slot> mustFollow(List<Slot> slots) {
        for (var slot : slots) {
            taken += slot.payload().length;
            var known = bySource.get(slot.source());
            if (known == null) {
                known = answers.stream().filter(log -> !bySource.containsValue(log) && log.follows(slot.payload()))
                        .findFirst().orElseThrow(() -> new AssertionError(slot + " is no token's answer"));
                bySource.put(slot.source(), known);
            } else {
                assertTrue(known.follows(slot.payload()), slot + " is not what the token answered, or not in order");
            }
        }
        assertEquals(0, consumer.torn());
        return slots;
    }

    /** Payload bytes that went through {@link #mustFollow}. */
    long taken() {
        return taken;
    }

    /** What a command says, which must succeed. */
    String ask(String command) {
        var result = guest.run(command);
        assertEquals(0, result.status(), command + ": " + result.output());
        return result.output().strip();
    }

    @Override
    public void close() {
        consumer.close();
        tokens.forEach(Token::close);
        guest.close();
    }
}
