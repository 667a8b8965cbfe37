// SPDX-License-Identifier: BSD-2-Clause
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * {@code java SteadyArchive.java ARCHIVE COMMAND...}: makes the JVM's archive of loaded classes so that the same classes
 * give the same bytes. The command writes ARCHIVE; it is run until two of its archives are the same but for the time.
 *
 * <p>Each soft reference among the archived objects, and their class, holds the milliseconds of the monotonic clock at
 * which it was made. Such a time is a word of the objects that in either of two archives lies within that one's making; it is taken
 * out. Rarely a race inside the JVM shows in a few bytes more: then the archive is made once more.
 *
 * <p>For HotSpot 25, little-endian. What does not look like that ends with an exception and leaves no archive.
 */
final class SteadyArchive {
    private static final int MAKINGS = 6;
    private static final int MAGIC = 0xf00baba2;
    private static final int HEADER_CRC = 4;
    private static final int HEADER_SIZE = 12;
    private static final int HEADER_SUMMED = 16;
    /** A region's checksum, five words of flags, the third of which says that it holds objects, then offset, place and size. */
    private static final int REGION_HEAP_FLAG = 12;
    private static final int REGION_OFFSET = 24;
    private static final int REGION_USED = 40;

    private SteadyArchive() {
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        var path = Path.of(args[0]);
        var made = new ArrayList<Making>();
        while (made.size() < MAKINGS) {
            var last = Making.of(path, List.of(args).subList(1, args.length));
            for (var before : made) {
                var steady = last.without(before);
                if (steady.equals(before.without(last))) {
                    Files.write(path, steady.array());
                    return;
                }
            }
            made.add(last);
        }
        Files.delete(path);
        throw new IOException(path + ": no two of " + MAKINGS + " archives are the same");
    }

    /**
     * An archive, and when it was made.
     *
     * @param since monotonic milliseconds before the command began
     * @param until monotonic milliseconds after it had ended
     */
    private record Making(ByteBuffer archive, long since, long until) {
        static Making of(Path path, List<String> command) throws IOException, InterruptedException {
            long since = System.nanoTime() / 1_000_000;
            int status = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (status != 0) {
                throw new IOException("exit " + status + " of " + String.join(" ", command));
            }
            return new Making(littleEndian(Files.readAllBytes(path)), since, System.nanoTime() / 1_000_000);
        }

        /** A copy without the times that both archives hold. */
        ByteBuffer without(Making other) throws IOException {
            var copy = littleEndian(archive.array().clone());
            int header = copy.getInt(HEADER_SIZE);
            if (copy.getInt(0) != MAGIC || copy.getInt(HEADER_CRC) != crc(copy, HEADER_SUMMED, header)) {
                throw new IOException("no archive of this kind");
            }
            int region = objects(copy, header);
            int from = (int) copy.getLong(region + REGION_OFFSET);
            int to = from + (int) copy.getLong(region + REGION_USED);
            for (int at = from; at + 8 <= Math.min(to, other.archive.capacity()); at += 8) {
                if (within(archive.getLong(at)) && other.within(other.archive.getLong(at))) {
                    copy.putLong(at, 0);
                }
            }
            copy.putInt(region, crc(copy, from, to));
            copy.putInt(HEADER_CRC, crc(copy, HEADER_SUMMED, header));
            return copy;
        }

        private boolean within(long time) {
            return time > since && time <= until;
        }
    }

    /** Where the header describes the region of objects: the one whose checksum is right. */
    private static int objects(ByteBuffer archive, int header) throws IOException {
        for (int at = HEADER_SUMMED; at + REGION_USED + 8 <= header; at += 8) {
            long from = archive.getLong(at + REGION_OFFSET);
            long used = archive.getLong(at + REGION_USED);
            if (archive.getInt(at + REGION_HEAP_FLAG) == 1 && from > 0 && used > 0 && from + used <= archive.capacity()
                    && archive.getInt(at) == crc(archive, (int) from, (int) (from + used))) {
                return at;
            }
        }
        throw new IOException("no region of objects in the header");
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(ByteBuffer archive, int from, int to) {
        var crc = new CRC32();
        crc.update(archive.slice(from, to - from));
        return (int) crc.getValue();
    }
}
