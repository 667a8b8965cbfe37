/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Prints what the header says, one "NAME value" a line, under the names of the Java class RegionLayout.
 */
#include <stdio.h>

#include "entropy_region.h"

#define AT(name, type, field) printf(#name " %zu\n", offsetof(struct type, field))
#define IS(name, value) printf(#name " %lld\n", (long long)(int32_t)(value))

int main(void)
{
    IS(PAGE, ENTROPY_PAGE_BYTES);
    IS(DATA_MAGIC, ENTROPY_DATA_MAGIC);
    IS(CONTROL_MAGIC, ENTROPY_CONTROL_MAGIC);
    IS(ABI_VERSION, ENTROPY_ABI_VERSION);
    IS(HEADER_BYTES, ENTROPY_HEADER_BYTES);
    AT(MAGIC, entropy_header, magic);
    AT(VERSION, entropy_header, version);
    AT(HEADER_SIZE, entropy_header, header_bytes);
    AT(SLOT_BYTES, entropy_header, slot_bytes);
    AT(SLOT_COUNT, entropy_header, slot_count);
    AT(FLAGS, entropy_header, flags);
    AT(GENERATION, entropy_header, generation);
    AT(STATE, entropy_header, state);
    AT(REASON, entropy_header, reason);
    AT(HEARTBEAT, entropy_header, heartbeat);
    AT(PUBLISHED, entropy_header, published);
    AT(DISCARDED, entropy_header, discarded);
    AT(RECOVERED, entropy_header, token_errors);
    AT(REQUEST_SERVED, entropy_header, test_served);
    AT(REQUEST_RESULT, entropy_header, test_result);
    AT(TAIL, entropy_header, tail);
    AT(SPACE_WANTED, entropy_header, space_wanted);
    IS(SLOTS, sizeof(struct entropy_header));
    IS(FLAG_ONE_MAP, ENTROPY_FLAG_ONE_MAP);
    AT(SLOT_SEQUENCE, entropy_slot, sequence);
    AT(SLOT_LENGTH, entropy_slot, length);
    AT(SLOT_SOURCE, entropy_slot, source);
    AT(SLOT_CRC, entropy_slot, crc);
    AT(SLOT_TIME, entropy_slot, time);
    IS(SLOT_PAYLOAD, sizeof(struct entropy_slot));
    IS(SOURCE_MIXED, ENTROPY_SOURCE_MIXED);
    AT(CONTROL_MAGIC_AT, entropy_control, magic);
    AT(CONTROL_VERSION, entropy_control, version);
    AT(HEAD, entropy_control, head);
    AT(WAKE_WANTED, entropy_control, wakeup_wanted);
    AT(REQUEST, entropy_control, test_request);
    AT(CONSUMER_HEARTBEAT, entropy_control, heartbeat);
    IS(RESULT_PASS, ENTROPY_TEST_PASS);
    IS(RESULT_FAIL, ENTROPY_TEST_FAIL);
    return 0;
}
