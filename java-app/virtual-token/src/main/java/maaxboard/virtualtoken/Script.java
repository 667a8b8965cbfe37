// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steps that a token goes through by itself: {@code wait TIME[..TIME] ORDER}, {@code after N[..N] ORDER} (N more
 * challenges answered), {@code loop}. {@code ORDER | ORDER} leaves the choice to chance, which the seed decides.
 */
final class Script {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m)");
    private static final Pattern RANGE = Pattern.compile("(.+?)\\.\\.(.+)");

    private enum Unit {
        MILLISECONDS,
        CHALLENGES
    }

    private record Choice(String text, Order order) {}

    private record Step(Unit unit, long least, long most, List<Choice> choices) {}

    private final List<Step> steps;
    private final boolean loops;

    private Script(List<Step> steps, boolean loops) {
        this.steps = steps;
        this.loops = loops;
    }

    /**
     * Reads a script; blank lines and everything after {@code #} are left out.
     *
     * @throws IllegalArgumentException with the line's number and a sentence for the user
     */
    static Script parse(List<String> lines) {
        var steps = new ArrayList<Step>();
        boolean loops = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (line.isEmpty()) {
                continue;
            }
            try {
                if (loops) {
                    throw new IllegalArgumentException("nothing can follow loop");
                }
                if (line.equals("loop")) {
                    loops = true;
                } else {
                    steps.add(step(line));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        if (loops && steps.isEmpty()) {
            throw new IllegalArgumentException("loop needs a step before it");
        }
        return new Script(List.copyOf(steps), loops);
    }

    private static Step step(String line) {
        String[] words = line.split("\\s+", 3);
        if (words.length < 3) {
            throw new IllegalArgumentException("expected: wait TIME ORDER, after N ORDER, or loop");
        }
        Unit unit = switch (words[0]) {
            case "wait" -> Unit.MILLISECONDS;
            case "after" -> Unit.CHALLENGES;
            default -> throw new IllegalArgumentException("a step starts with wait or after, not with " + words[0]);
        };
        Matcher range = RANGE.matcher(words[1]);
        boolean two = range.matches();
        long least = amount(unit, two ? range.group(1) : words[1]);
        long most = amount(unit, two ? range.group(2) : words[1]);
        if (least > most) {
            throw new IllegalArgumentException(words[1] + " runs backwards");
        }
        var choices = new ArrayList<Choice>();
        for (String text : words[2].split("\\|", -1)) {
            choices.add(new Choice(text.strip(), Order.parse(text)));
        }
        return new Step(unit, least, most, List.copyOf(choices));
    }

    private static long amount(Unit unit, String text) {
        if (unit == Unit.CHALLENGES) {
            if (!text.matches("[0-9]{1,15}")) {
                throw new IllegalArgumentException(text + " is not a number of challenges");
            }
            return Long.parseLong(text);
        }
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new IllegalArgumentException(text + " is not a time such as 250ms, 3s or 2m");
        }
        long value = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "ms" -> value;
            case "s" -> value * 1_000;
            default -> value * 60_000;
        };
    }

    /** Goes through the steps, on a thread of its own, until they end or the token is closed. */
    void start(VirtualToken token, long seed) {
        Thread.ofPlatform().daemon().name("script").start(() -> {
            try {
                run(token, seed, said -> System.err.println("virtual-token: " + token.status().serial() + ": " + said));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /**
     * Goes through the steps.
     *
     * @param told each order as it is given
     */
    void run(VirtualToken token, long seed, Consumer<String> told) throws InterruptedException {
        var chance = new SplittableRandom(seed);
        do {
            for (Step step : steps) {
                long amount = chance.nextLong(step.least, step.most + 1);
                Choice choice = step.choices.get(chance.nextInt(step.choices.size()));
                if (step.unit == Unit.MILLISECONDS) {
                    Thread.sleep(Duration.ofMillis(amount));
                } else if (!token.awaitChallenges(token.status().challenges() + amount)) {
                    return;
                }
                told.accept(choice.text);
                choice.order.applyTo(token);
            }
        } while (loops);
    }
}
