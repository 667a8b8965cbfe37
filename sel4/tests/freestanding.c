/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Every function of entropy_region.h in one object without a C library: the object must have
 * no undefined symbol, and no access that -mstrict-align forbids.
 */
#include "entropy_region.h"

struct entropy_consumer consumer;
struct entropy_producer producer;
uint64_t sink;

enum entropy_result run_consumer(const struct entropy_maps *maps);
enum entropy_result run_producer(const struct entropy_maps *maps, const void *bytes, uint32_t length);

enum entropy_result run_consumer(const struct entropy_maps *maps)
{
    const uint8_t *payload;
    uint32_t length;
    uint32_t full;
    bool passed;
    struct entropy_slot_info info;
    struct entropy_status status;
    enum entropy_result result = entropy_consumer_init(&consumer, maps);
    if (result != ENTROPY_OK) {
        return result;
    }
    while (entropy_consumer_read(&consumer, &payload, &length, &info) == ENTROPY_OK) {
        for (uint32_t i = 0; i < length; i++) {
            sink += payload[i];
        }
    }
    entropy_consumer_wipe(&consumer);
    (void)entropy_consumer_available(&consumer, &full);
    (void)entropy_consumer_status(&consumer, &status);
    sink += entropy_consumer_stale(&consumer, sink, 5) + entropy_consumer_request_test(&consumer)
        + entropy_consumer_test_served(&consumer, 1, &passed) + entropy_consumer_take_wakeup(&consumer)
        + entropy_consumer_may_sleep(&consumer) + (uint64_t)entropy_state_name(status.state)[0];
    entropy_consumer_woken(&consumer);
    entropy_consumer_beat(&consumer);
    return result;
}

enum entropy_result run_producer(const struct entropy_maps *maps, const void *bytes, uint32_t length)
{
    enum entropy_result result = entropy_producer_init(&producer, maps, ENTROPY_SLOT_BYTES_DEFAULT, ENTROPY_SLOT_COUNT_DEFAULT);
    if (result != ENTROPY_OK) {
        return result;
    }
    result = entropy_producer_start(&producer, 1, 2);
    entropy_producer_state(&producer, ENTROPY_STATE_OK, ENTROPY_REASON_NONE);
    while (entropy_producer_publish(&producer, bytes, length, 0, 3) == ENTROPY_OK) {
        sink += entropy_producer_take_wakeup(&producer);
    }
    entropy_producer_discard(&producer, 512);
    entropy_producer_token_error(&producer);
    entropy_producer_test_done(&producer, entropy_producer_test_wanted(&producer), ENTROPY_TEST_PASS);
    sink += entropy_producer_may_sleep(&producer) + (uint64_t)entropy_result_name(result)[0];
    entropy_producer_woken(&producer);
    return entropy_producer_pass(&producer, 4);
}
