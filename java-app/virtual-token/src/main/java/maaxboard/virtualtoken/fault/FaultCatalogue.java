// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.fault;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import maaxboard.virtualtoken.card.ChallengeSource;
import maaxboard.virtualtoken.card.ResponseApdu;
import maaxboard.virtualtoken.card.StatusWord;

/** The faults by name. */
public final class FaultCatalogue {
    private static final double FAIR = 0.5;
    private static final String PROSE = "The quick brown fox jumps over the lazy dog. ";
    private static final int BLOCK = 32;
    /** First bytes of the status words that say more than "failed": more waits, warnings, another length, success. */
    private static final int[] TELLING = {0x61, 0x62, 0x63, 0x6c, 0x90};

    /**
     * A line of the list of faults.
     *
     * @param usage name and arguments
     * @param meaning what happens
     */
    public record Entry(String usage, String meaning) {}

    private static final List<Entry> ENTRIES = List.of(
            new Entry("zero", "all bytes 00"),
            new Entry("ones", "all bytes FF"),
            new Entry("repeat [HEX]", "one 32-byte block again and again: HEX, or one drawn at the start"),
            new Entry("counter8", "bytes that count up"),
            new Entry("counter32be", "32-bit words that count up, big-endian"),
            new Entry("counter32le", "32-bit words that count up, little-endian"),
            new Entry("ascii", "English text"),
            new Entry("tlv", "a TLV tag and length before random bytes, the whole of the asked length"),
            new Entry("bias P", "each bit is 1 with probability P (0 to 1)"),
            new Entry("degrade STEP", "bias that starts at 0.5 and grows by STEP with each answer"),
            new Entry("short [N]", "N bytes (default 1) fewer than asked for, status 9000"),
            new Entry("long [N]", "N bytes (default 1) more than asked for, status 9000"),
            new Entry("status SW", "the data followed by status word SW (hex) instead of 9000"),
            new Entry("refuse [SW]", "no data, only status word SW (default 6F00)"),
            new Entry("mutate [P]", "with probability P (default 1) another length or status word, drawn by the seed"),
            new Entry("delay MS", "the answer comes MS milliseconds late"),
            new Entry("silent", "no answer, ever"),
            new Entry("tear", "the card is taken out in the middle of the command"),
            new Entry("yank", "the device is unplugged in the middle of the command"),
            new Entry("stall", "the USB endpoint stalls instead of answering (usbredir; elsewhere like silent)"),
            new Entry("usb-reset", "the device resets itself and shows up again (elsewhere like a short unplug)"));

    private FaultCatalogue() {}

    /** All faults, for the help text. */
    public static List<Entry> entries() {
        return ENTRIES;
    }

    /**
     * The fault a text asks for: {@code NAME [ARG..] [all] [xN]}; words are separated by blanks, commas or {@code =}.
     *
     * @param random the numbers of faults that need chance; splitting it leaves the caller's sequence defined
     * @return null for {@code none}
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static ActiveFault parse(String text, SplittableRandom random) {
        var words = new ArrayList<>(Arrays.asList(text.strip().split("[\\s,=]+")));
        String name = words.removeFirst();
        boolean every = words.remove("all");
        var times = OptionalLong.empty();
        if (!words.isEmpty() && words.getLast().matches("x[0-9]+")) {
            times = OptionalLong.of(number(name, words.removeLast().substring(1), 1, Long.MAX_VALUE));
        }
        if (name.equals("none")) {
            if (!words.isEmpty()) {
                throw new IllegalArgumentException("fault none takes no argument");
            }
            return null;
        }
        Fault fault = fault(name, words, random.split());
        if (!words.isEmpty()) {
            throw new IllegalArgumentException("fault " + name + " does not know the argument " + words.getFirst());
        }
        return new ActiveFault(text.strip(), fault, every, times);
    }

    private static Fault fault(String name, List<String> words, SplittableRandom random) {
        return switch (name) {
            case "zero" -> new Fault.Content(byte[]::new);
            case "ones" -> new Fault.Content(FaultCatalogue::ones);
            case "repeat" -> new Fault.Content(repeat(words, random));
            case "counter8" -> new Fault.Content(counter(1, true));
            case "counter32be" -> new Fault.Content(counter(4, true));
            case "counter32le" -> new Fault.Content(counter(4, false));
            case "ascii" -> new Fault.Content(prose());
            case "tlv" -> new Fault.Content(length -> tlv(length, random));
            case "bias" -> {
                double p = fraction(name, required(name, words));
                yield new Fault.Content(length -> biased(length, p, random));
            }
            case "degrade" -> new Fault.Content(degrading(fraction(name, required(name, words)), random));
            case "short" -> {
                int n = (int) number(name, optional(words, "1"), 1, BLOCK);
                yield new Fault.Answer(answer -> resized(answer, -n, random));
            }
            case "long" -> {
                int n = (int) number(name, optional(words, "1"), 1, 224);
                yield new Fault.Answer(answer -> resized(answer, n, random));
            }
            case "status" -> {
                int sw = statusWord(required(name, words));
                yield new Fault.Answer(answer -> new ResponseApdu(answer.data(), sw));
            }
            case "refuse" -> {
                int sw = statusWord(optional(words, "6F00"));
                yield new Fault.Answer(answer -> new ResponseApdu(new byte[0], sw));
            }
            case "mutate" -> {
                double p = fraction(name, optional(words, "1"));
                yield new Fault.Answer(answer -> random.nextDouble() < p ? mutated(answer, random) : answer);
            }
            case "delay" -> new Fault.Delay(number(name, required(name, words), 0, 3_600_000));
            case "silent" -> Fault.Behaviour.SILENT;
            case "tear" -> Fault.Behaviour.TEAR;
            case "yank" -> Fault.Behaviour.YANK;
            case "stall" -> Fault.Behaviour.STALL;
            case "usb-reset" -> Fault.Behaviour.USB_RESET;
            default -> throw new IllegalArgumentException("there is no fault named " + name);
        };
    }

    private static byte[] ones(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xff);
        return bytes;
    }

    private static ChallengeSource repeat(List<String> words, SplittableRandom random) {
        byte[] block;
        if (words.isEmpty()) {
            block = new byte[BLOCK];
            random.nextBytes(block);
        } else {
            String hex = words.removeFirst();
            try {
                block = HexFormat.of().parseHex(hex);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("fault repeat: " + hex + " is not an even number of hex digits", e);
            }
            if (block.length == 0) {
                throw new IllegalArgumentException("fault repeat: the block is empty");
            }
        }
        return length -> {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = block[i % block.length];
            }
            return bytes;
        };
    }

    private static ChallengeSource counter(int width, boolean bigEndian) {
        return new ChallengeSource() {
            private long next;
            private byte[] rest = {};

            @Override
            public byte[] next(int length) {
                byte[] bytes = Arrays.copyOf(rest, length + width);
                int filled = rest.length;
                while (filled < length) {
                    for (int i = 0; i < width; i++) {
                        int shift = 8 * (bigEndian ? width - 1 - i : i);
                        bytes[filled++] = (byte) (next >> shift);
                    }
                    next++;
                }
                rest = Arrays.copyOfRange(bytes, length, filled);
                return Arrays.copyOf(bytes, length);
            }
        };
    }

    private static ChallengeSource prose() {
        byte[] text = PROSE.getBytes(StandardCharsets.US_ASCII);
        return new ChallengeSource() {
            private int at;

            @Override
            public byte[] next(int length) {
                byte[] bytes = new byte[length];
                for (int i = 0; i < length; i++) {
                    bytes[i] = text[at++ % text.length];
                }
                at %= text.length;
                return bytes;
            }
        };
    }

    /** As a PIV card wraps a challenge: 7C { 81 ... }, cut to the asked length. */
    private static byte[] tlv(int length, SplittableRandom random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        byte[] header = {0x7c, (byte) (length - 2), (byte) 0x81, (byte) (length - 4)};
        System.arraycopy(header, 0, bytes, 0, Math.min(header.length, length));
        return bytes;
    }

    private static byte[] biased(int length, double p, SplittableRandom random) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < 8 * length; i++) {
            if (random.nextDouble() < p) {
                bytes[i / 8] |= (byte) (1 << i % 8);
            }
        }
        return bytes;
    }

    private static ChallengeSource degrading(double step, SplittableRandom random) {
        return new ChallengeSource() {
            private long answers;

            @Override
            public byte[] next(int length) {
                return biased(length, Math.min(1, FAIR + step * answers++), random);
            }
        };
    }

    private static ResponseApdu resized(ResponseApdu answer, int by, SplittableRandom random) {
        byte[] old = answer.data();
        byte[] fresh = new byte[Math.max(0, old.length + by)];
        random.nextBytes(fresh);
        System.arraycopy(old, 0, fresh, 0, Math.min(old.length, fresh.length));
        return new ResponseApdu(fresh, answer.statusWord());
    }

    private static ResponseApdu mutated(ResponseApdu answer, SplittableRandom random) {
        int statusWord = wrongStatus(random);
        return switch (random.nextInt(4)) {
            case 0 -> new ResponseApdu(answer.data(), statusWord);
            case 1 -> new ResponseApdu(new byte[0], statusWord);
            case 2 -> resized(answer, random.nextInt(1, 200), random);
            default -> resized(answer, -random.nextInt(1, BLOCK + 1), random);
        };
    }

    /** Half of them from the families that a driver may take for half a success. */
    private static int wrongStatus(SplittableRandom random) {
        int statusWord = random.nextInt(0x10000);
        if (random.nextBoolean()) {
            statusWord = TELLING[random.nextInt(TELLING.length)] << 8 | statusWord & 0xff;
        }
        return statusWord == StatusWord.OK ? wrongStatus(random) : statusWord;
    }

    private static String required(String name, List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("fault " + name + " needs an argument");
        }
        return words.removeFirst();
    }

    private static String optional(List<String> words, String otherwise) {
        return words.isEmpty() ? otherwise : words.removeFirst();
    }

    private static long number(String name, String text, long least, long most) {
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range is.
        }
        throw new IllegalArgumentException(
                "fault " + name + ": " + text + " is not a whole number from " + least + " to " + most);
    }

    private static double fraction(String name, String text) {
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range is.
        }
        throw new IllegalArgumentException("fault " + name + ": " + text + " is not a number from 0 to 1");
    }

    private static int statusWord(String text) {
        if (!text.matches("[0-9A-Fa-f]{4}")) {
            throw new IllegalArgumentException(text + " is not a status word of four hex digits");
        }
        int statusWord = Integer.parseInt(text, 16);
        if (statusWord == StatusWord.OK) {
            throw new IllegalArgumentException("9000 is success, no fault");
        }
        return statusWord;
    }
}
