// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

/**
 * Offsets and values of the region's ABI, version 1, as docs/region.md defines it. All fields are little-endian; offsets
 * are bytes. The C header sel4/include/entropy_region.h states the same, and a test holds the two together.
 */
public final class RegionLayout {
    /** The region's page, whatever the kernel's is. */
    public static final int PAGE = 4096;

    public static final int DATA_MAGIC = 0x3145584d;
    public static final int CONTROL_MAGIC = 0x3143584d;
    public static final int ABI_VERSION = 1;
    public static final int HEADER_BYTES = PAGE;

    // The data map's header page: the producer writes, the consumer reads.
    public static final int MAGIC = 0x000;
    public static final int VERSION = 0x004;
    public static final int HEADER_SIZE = 0x008;
    public static final int SLOT_BYTES = 0x00c;
    public static final int SLOT_COUNT = 0x010;
    public static final int FLAGS = 0x014;
    public static final int GENERATION = 0x018;
    public static final int STATE = 0x080;
    public static final int REASON = 0x084;
    public static final int HEARTBEAT = 0x088;
    public static final int PUBLISHED = 0x090;
    public static final int DISCARDED = 0x098;
    public static final int RECOVERED = 0x0a0;
    public static final int REQUEST_SERVED = 0x0a8;
    public static final int REQUEST_RESULT = 0x0ac;
    public static final int TAIL = 0x100;
    public static final int SPACE_WANTED = 0x104;
    public static final int SLOTS = HEADER_BYTES;

    /** Flag: data and control lie in one map, the control page last. */
    public static final int FLAG_ONE_MAP = 1;

    // A slot, from its start.
    public static final int SLOT_SEQUENCE = 0x00;
    public static final int SLOT_LENGTH = 0x04;
    public static final int SLOT_SOURCE = 0x08;
    public static final int SLOT_CRC = 0x0c;
    public static final int SLOT_TIME = 0x10;
    public static final int SLOT_PAYLOAD = 0x40;
    /** The source of bytes that several tokens were mixed into. */
    public static final int SOURCE_MIXED = 0xffffffff;

    // The control map: the consumer writes, the producer reads.
    public static final int CONTROL_MAGIC_AT = 0x000;
    public static final int CONTROL_VERSION = 0x004;
    public static final int HEAD = 0x080;
    public static final int WAKE_WANTED = 0x084;
    public static final int REQUEST = 0x088;
    public static final int CONSUMER_HEARTBEAT = 0x090;

    public static final int RESULT_PASS = 1;
    public static final int RESULT_FAIL = 2;

    private RegionLayout() {
    }
}
