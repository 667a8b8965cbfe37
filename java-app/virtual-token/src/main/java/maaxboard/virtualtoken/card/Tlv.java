// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One BER-TLV data object (ISO/IEC 7816-4, 5.2.2) with a tag of at most three bytes.
 *
 * @param tag the tag's bytes as one number: 0x4f, 0x5f52, 0x7f49
 * @param value the value field
 */
public record Tlv(int tag, byte[] value) {
    /**
     * Takes a sequence of data objects apart; bytes 00 between them are padding.
     *
     * @throws CardException with status 6A80 if a length reaches beyond the end
     */
    public static List<Tlv> parseAll(byte[] raw) throws CardException {
        var found = new ArrayList<Tlv>();
        var reader = new Reader(raw);
        while (reader.skipPadding()) {
            found.add(new Tlv(reader.tag(), reader.bytes(reader.length())));
        }
        return found;
    }

    /**
     * Takes a list of tags and lengths without values apart (the private key template 7F48): each entry's value is
     * empty, its length is in the second list of the answer.
     */
    static List<TagLength> parseTemplate(byte[] raw) throws CardException {
        var found = new ArrayList<TagLength>();
        var reader = new Reader(raw);
        while (reader.skipPadding()) {
            found.add(new TagLength(reader.tag(), reader.length()));
        }
        return found;
    }

    /** The first object with this tag. */
    static Optional<Tlv> find(List<Tlv> objects, int tag) {
        return objects.stream().filter(object -> object.tag == tag).findFirst();
    }

    /** Tag, length, value as bytes. */
    public static byte[] encode(int tag, byte[]... values) {
        byte[] value = concat(values);
        var out = new ByteArrayOutputStream(value.length + 6);
        if (tag > 0xffff) {
            out.write(tag >> 16);
        }
        if (tag > 0xff) {
            out.write(tag >> 8);
        }
        out.write(tag);
        if (value.length > 0xff) {
            out.write(0x82);
            out.write(value.length >> 8);
        } else if (value.length > 0x7f) {
            out.write(0x81);
        }
        out.write(value.length);
        out.writeBytes(value);
        return out.toByteArray();
    }

    static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    record TagLength(int tag, int length) {}

    private static final class Reader {
        private final byte[] raw;
        private int at;

        Reader(byte[] raw) {
            this.raw = raw;
        }

        boolean skipPadding() {
            while (at < raw.length && raw[at] == 0) {
                at++;
            }
            return at < raw.length;
        }

        int tag() throws CardException {
            int first = next();
            if ((first & 0x1f) != 0x1f) {
                return first;
            }
            int second = next();
            int tag = first << 8 | second;
            return (second & 0x80) == 0 ? tag : tag << 8 | next();
        }

        int length() throws CardException {
            int first = next();
            return switch (first) {
                case 0x81 -> next();
                case 0x82 -> next() << 8 | next();
                default -> {
                    if (first > 0x82 || first == 0x80) {
                        throw new CardException(StatusWord.WRONG_DATA);
                    }
                    yield first;
                }
            };
        }

        byte[] bytes(int length) throws CardException {
            if (length > raw.length - at) {
                throw new CardException(StatusWord.WRONG_DATA);
            }
            at += length;
            return Arrays.copyOfRange(raw, at - length, at);
        }

        private int next() throws CardException {
            if (at >= raw.length) {
                throw new CardException(StatusWord.WRONG_DATA);
            }
            return raw[at++] & 0xff;
        }
    }
}
