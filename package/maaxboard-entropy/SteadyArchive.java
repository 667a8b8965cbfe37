// SPDX-License-Identifier: BSD-2-Clause
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * {@code java SteadyArchive.java ARCHIVE}: takes the time of its making out of the JVM's archive of loaded classes, made on
 * this machine within the last quarter of an hour, so that the same classes give the same bytes. Each soft reference among
 * the archived objects holds the milliseconds of the monotonic clock at which it was made; nothing else differs between two
 * archives of one list of classes.
 *
 * <p>For HotSpot 25, little-endian, 64 bits, compressed class pointers and no compact headers. What does not look like
 * that ends with an exception, and the archive is left as it was.
 */
final class SteadyArchive {
    private static final long AGE = 900_000;
    private static final int MAGIC = 0xf00baba2;
    private static final int HEADER_CRC = 4;
    private static final int HEADER_SIZE = 12;
    private static final int HEADER_SUMMED = 16;
    /** A region's checksum, five words of flags, the third of which says that it holds objects, then offset, place and size. */
    private static final int REGION_HEAP_FLAG = 12;
    private static final int REGION_OFFSET = 24;
    private static final int REGION_USED = 40;
    /** A soft reference: mark word, class, referent, queue, two links that are not used, time. */
    private static final int QUEUE = 16;
    private static final int UNUSED = 20;
    private static final int TIME = 32;

    private SteadyArchive() {
    }

    public static void main(String[] args) throws IOException {
        long now = System.nanoTime() / 1_000_000;
        long since = now - AGE;
        try (var file = FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var archive = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
            int header = archive.getInt(HEADER_SIZE);
            if (archive.getInt(0) != MAGIC || archive.getInt(HEADER_CRC) != crc(archive, HEADER_SUMMED, header)) {
                throw new IOException(args[0] + ": no archive of this kind");
            }
            int region = heap(archive, header);
            int from = (int) archive.getLong(region + REGION_OFFSET);
            int used = (int) archive.getLong(region + REGION_USED);
            var times = times(archive, from, from + used, since, now);
            times.forEach(at -> archive.putLong(at, 0));
            archive.putInt(region, crc(archive, from, from + used));
            archive.putInt(HEADER_CRC, crc(archive, HEADER_SUMMED, header));
            System.out.println(args[0] + ": " + times.size() + " times taken out");
        }
    }

    /** Where the header describes the region of objects: the one whose checksum is right. */
    private static int heap(ByteBuffer archive, int header) throws IOException {
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

    /** The places of times in that span. */
    private static List<Integer> times(ByteBuffer archive, int from, int to, long since, long now) throws IOException {
        Map<Integer, List<Integer>> byQueue = new HashMap<>();
        for (int at = from; at + TIME + 8 <= to; at += 8) {
            long time = archive.getLong(at + TIME);
            if (time >= since && time <= now && isMark(archive.getLong(at)) && archive.getInt(at + UNUSED) == 0
                    && archive.getLong(at + UNUSED + 4) == 0) {
                byQueue.computeIfAbsent(archive.getInt(at + QUEUE), unused -> new ArrayList<>()).add(at + TIME);
            }
        }
        // All are in no queue: their field for it holds one and the same object.
        var times = byQueue.values().stream().reduce(new ArrayList<>(), (a, b) -> a.size() >= b.size() ? a : b);
        long latest = times.stream().mapToLong(archive::getLong).max().orElseThrow(() -> new IOException("no soft reference"));
        // The clock itself, a static field: as late as the latest, and no class behind a mark word.
        var clocks = new ArrayList<Integer>();
        for (int at = from + 8; at + 8 <= to; at += 8) {
            long time = archive.getLong(at);
            if (time >= latest && time <= now && !isMark(archive.getLong(at - 8)) && !times.contains(at)) {
                clocks.add(at);
            }
        }
        if (clocks.size() != 1) {
            throw new IOException(clocks.size() + " places that could be the clock, expected one; make the archive anew");
        }
        times.addAll(clocks);
        return times;
    }

    private static boolean isMark(long word) {
        return (word & 7) == 1 && word >>> 39 == 0;
    }

    private static int crc(ByteBuffer archive, int from, int to) {
        var crc = new CRC32();
        crc.update(archive.slice(from, to - from));
        return (int) crc.getValue();
    }
}
