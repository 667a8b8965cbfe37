/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Host tests of entropy_region.h, C against C.
 * usage: region_tests list | region_tests NAME...   (no name: all)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "entropy_region.h"

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __func__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)
#define CHECK_RESULT(expected, actual) \
    do { \
        enum entropy_result seen_ = (actual); \
        if (seen_ != (expected)) { \
            fprintf(stderr, "%s:%d: expected %s, got %s: %s\n", __func__, __LINE__, \
                    entropy_result_name(expected), entropy_result_name(seen_), #actual); \
            exit(1); \
        } \
    } while (0)

enum { SLOT_BYTES = 320, PAYLOAD = SLOT_BYTES - 64 };

struct region {
    struct entropy_maps maps;
    struct entropy_header *header;
    struct entropy_control *control;
    uint8_t *slots;
    uint8_t *allocation;
    size_t allocated;
};

/* Maps between two pages that fault: an access outside them ends the test. */
static void *guarded(size_t bytes)
{
    uint8_t *all = mmap(NULL, bytes + 2 * ENTROPY_PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(all != MAP_FAILED);
    CHECK(mprotect(all + ENTROPY_PAGE_BYTES, bytes, PROT_READ | PROT_WRITE) == 0);
    return all + ENTROPY_PAGE_BYTES;
}

static void guarded_free(void *map, size_t bytes)
{
    CHECK(munmap((uint8_t *)map - ENTROPY_PAGE_BYTES, bytes + 2 * ENTROPY_PAGE_BYTES) == 0);
}

static struct region region_new(size_t data_bytes)
{
    struct region r;
    memset(&r, 0, sizeof r);
    r.maps.data = guarded(data_bytes);
    r.maps.data_bytes = data_bytes;
    r.maps.control = guarded(ENTROPY_PAGE_BYTES);
    r.maps.control_bytes = ENTROPY_PAGE_BYTES;
    r.header = (struct entropy_header *)(uintptr_t)r.maps.data;
    r.control = (struct entropy_control *)(uintptr_t)r.maps.control;
    r.slots = (uint8_t *)(uintptr_t)r.maps.data + ENTROPY_HEADER_BYTES;
    return r;
}

static void region_free(struct region *r)
{
    guarded_free(r->header, r->maps.data_bytes);
    guarded_free(r->control, ENTROPY_PAGE_BYTES);
}

/* A region both sides are attached to, indices at first. */
static void pair(struct region *r, struct entropy_producer *p, struct entropy_consumer *c, uint32_t slots,
                 uint32_t first)
{
    *r = region_new(4096 + (((size_t)slots * SLOT_BYTES + 4095) & ~(size_t)4095));
    r->control->head = first;
    r->control->magic = ENTROPY_CONTROL_MAGIC;
    r->control->version = ENTROPY_ABI_VERSION;
    CHECK_RESULT(ENTROPY_OK, entropy_producer_init(p, &r->maps, SLOT_BYTES, slots));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_start(p, 0x1234567890abcdefu, 1));
    CHECK(p->tail == first);
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(c, &r->maps));
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_attach(c));
    CHECK(c->head == first);
}

static uint64_t rng_state = 88172645463325252u;
static uint64_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

static void fill(uint8_t *payload, uint32_t length, uint64_t number)
{
    uint64_t x = number * 0x9e3779b97f4a7c15u + 1;
    for (uint32_t i = 0; i < length; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        payload[i] = (uint8_t)x;
    }
}

static bool same(const uint8_t *payload, uint32_t length, uint64_t number)
{
    uint8_t expected[4096];
    fill(expected, length, number);
    return memcmp(payload, expected, length) == 0;
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- cases ---------------------------------------------------------------------- */

static void crc_is_castagnoli(void)
{
    struct entropy_crc crc;
    entropy_crc_init(&crc);
    uint32_t state = 0xffffffffu;
    for (const char *digit = "123456789"; *digit != '\0'; digit++) {
        state = entropy_crc_byte(&crc, state, (uint8_t)*digit);
    }
    CHECK(~state == 0xe3069283u); /* the published check value of CRC-32C */
    uint64_t word;
    memcpy(&word, "12345678", 8);
    state = entropy_crc_byte(&crc, entropy_crc_u64(&crc, 0xffffffffu, word), '9');
    CHECK(~state == 0xe3069283u);
    uint32_t half;
    memcpy(&half, "1234", 4);
    state = entropy_crc_u32(&crc, 0xffffffffu, half);
    for (const char *digit = "56789"; *digit != '\0'; digit++) {
        state = entropy_crc_byte(&crc, state, (uint8_t)*digit);
    }
    CHECK(~state == 0xe3069283u);
}

static void every_block_arrives_once_in_order_across_the_wrap(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 0xfffffff0u);
    uint8_t payload[PAYLOAD];
    const uint8_t *got;
    uint32_t length;
    struct entropy_slot_info info;
    uint64_t sent = 0;
    uint64_t received = 0;
    while (received < 10000) {
        for (uint64_t burst = rng() % 12; burst > 0; burst--) {
            uint32_t bytes = 1 + (uint32_t)(sent % PAYLOAD);
            fill(payload, bytes, sent);
            enum entropy_result result = entropy_producer_publish(&p, payload, bytes, (uint32_t)sent, sent);
            if (p.tail - p.head == 8 && result == ENTROPY_FULL) {
                break;
            }
            CHECK_RESULT(ENTROPY_OK, result);
            sent++;
        }
        for (uint64_t burst = rng() % 12; burst > 0 && received < sent; burst--) {
            CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, &info));
            CHECK(length == 1 + (uint32_t)(received % PAYLOAD));
            CHECK(same(got, length, received));
            CHECK(info.sequence == (uint32_t)(0xfffffff0u + received));
            CHECK(info.source == (uint32_t)received && info.time == received);
            received++;
        }
    }
    uint32_t full;
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_available(&c, &full));
    CHECK(full == sent - received);
    CHECK(c.torn == 0 && c.skipped == 0 && c.bad_tails == 0 && p.bad_heads == 0);
    CHECK(r.header->published == p.published && c.blocks == received);
    region_free(&r);
}

static void released_slots_are_zeroed_by_the_next_pass(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 0);
    uint8_t payload[PAYLOAD];
    memset(payload, 0xaa, sizeof payload);
    const uint8_t *got;
    uint32_t length;
    for (int i = 0; i < 8; i++) {
        CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
    }
    CHECK_RESULT(ENTROPY_FULL, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
    for (int i = 0; i < 5; i++) {
        CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
    }
    CHECK_RESULT(ENTROPY_OK, entropy_producer_pass(&p, 77));
    CHECK(r.header->heartbeat == 77);
    for (size_t i = 0; i < 5 * SLOT_BYTES; i++) {
        CHECK(r.slots[i] == 0);
    }
    CHECK(r.slots[5 * SLOT_BYTES + 64] == 0xaa);
    region_free(&r);
}

static void bad_input_has_an_error_code_each_and_nothing_is_touched(void)
{
    static struct entropy_consumer c;
    static struct entropy_producer p;
    struct region r = region_new(65536);
    struct entropy_maps maps = r.maps;
    maps.data = (uint8_t *)(uintptr_t)r.maps.data + 8;
    CHECK_RESULT(ENTROPY_BAD_ALIGNMENT, entropy_consumer_init(&c, &maps));
    CHECK_RESULT(ENTROPY_BAD_ALIGNMENT, entropy_producer_init(&p, &maps, 320, 128));
    maps = r.maps;
    maps.data = NULL;
    CHECK_RESULT(ENTROPY_BAD_ALIGNMENT, entropy_consumer_init(&c, &maps));
    maps = r.maps;
    maps.control = (uint8_t *)(uintptr_t)r.maps.control + 64;
    CHECK_RESULT(ENTROPY_BAD_ALIGNMENT, entropy_consumer_init(&c, &maps));
    static const size_t bad_data[] = {0, 1, 4095, 4096, 8191, 65535};
    for (size_t i = 0; i < sizeof bad_data / sizeof bad_data[0]; i++) {
        maps = r.maps;
        maps.data_bytes = bad_data[i];
        CHECK_RESULT(ENTROPY_BAD_MAP_SIZE, entropy_consumer_init(&c, &maps));
    }
    maps = r.maps;
    maps.control_bytes = 8192;
    CHECK_RESULT(ENTROPY_BAD_MAP_SIZE, entropy_consumer_init(&c, &maps));
    maps = r.maps;
    maps.control = NULL;
    maps.control_bytes = 0;
    maps.data_bytes = 8192; /* one map: three pages at least */
    CHECK_RESULT(ENTROPY_BAD_MAP_SIZE, entropy_consumer_init(&c, &maps));
    CHECK_RESULT(ENTROPY_BAD_SLOT_BYTES, entropy_producer_init(&p, &r.maps, 64, 128));
    CHECK_RESULT(ENTROPY_BAD_SLOT_BYTES, entropy_producer_init(&p, &r.maps, 321, 128));
    CHECK_RESULT(ENTROPY_BAD_SLOT_BYTES, entropy_producer_init(&p, &r.maps, 8192, 2));
    CHECK_RESULT(ENTROPY_BAD_SLOT_COUNT, entropy_producer_init(&p, &r.maps, 320, 1));
    CHECK_RESULT(ENTROPY_BAD_SLOT_COUNT, entropy_producer_init(&p, &r.maps, 320, 100));
    CHECK_RESULT(ENTROPY_DOES_NOT_FIT, entropy_producer_init(&p, &r.maps, 320, 256));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_init(&p, &r.maps, 320, 128));
    CHECK_RESULT(ENTROPY_BAD_ARGUMENT, entropy_producer_start(&p, 0, 1));

    static const struct {
        enum entropy_result expected;
        size_t offset;
        uint32_t value;
    } headers[] = {
        {ENTROPY_NOT_READY, 0x000, 0},           {ENTROPY_BAD_MAGIC, 0x000, 0x3143584du},
        {ENTROPY_BAD_VERSION, 0x004, 0},         {ENTROPY_BAD_VERSION, 0x004, 2},
        {ENTROPY_BAD_HEADER_BYTES, 0x008, 8192}, {ENTROPY_BAD_SLOT_BYTES, 0x00c, 0},
        {ENTROPY_BAD_SLOT_BYTES, 0x00c, 64},     {ENTROPY_BAD_SLOT_BYTES, 0x00c, 330},
        {ENTROPY_BAD_SLOT_BYTES, 0x00c, 4160},   {ENTROPY_BAD_SLOT_BYTES, 0x00c, 0xffffffc0u},
        {ENTROPY_BAD_SLOT_COUNT, 0x010, 0},      {ENTROPY_BAD_SLOT_COUNT, 0x010, 1},
        {ENTROPY_BAD_SLOT_COUNT, 0x010, 3},      {ENTROPY_BAD_SLOT_COUNT, 0x010, 0x20000},
        {ENTROPY_BAD_SLOT_COUNT, 0x010, 0x80000000u},
        {ENTROPY_DOES_NOT_FIT, 0x010, 256},      {ENTROPY_BAD_MODE, 0x014, ENTROPY_FLAG_ONE_MAP},
    };
    static const struct entropy_control untouched;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        CHECK_RESULT(ENTROPY_OK, entropy_producer_start(&p, 42 + i, 1));
        memcpy((uint8_t *)(uintptr_t)r.maps.data + headers[i].offset, &headers[i].value, 4);
        CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(&c, &r.maps));
        const uint8_t *got;
        uint32_t length = 1;
        CHECK_RESULT(headers[i].expected, entropy_consumer_attach(&c));
        CHECK_RESULT(headers[i].expected, entropy_consumer_read(&c, &got, &length, NULL));
        CHECK(got == NULL && length == 0);
        CHECK(entropy_consumer_may_sleep(&c));
        CHECK(entropy_consumer_request_test(&c) == 0);
        CHECK(memcmp(r.control, &untouched, sizeof untouched) == 0);
    }
    CHECK_RESULT(ENTROPY_OK, entropy_producer_start(&p, 1, 1));
    r.header->generation = 0;
    CHECK_RESULT(ENTROPY_BAD_GENERATION, entropy_consumer_attach(&c));
    region_free(&r);
}

static void a_producer_takes_over_and_keeps_every_intact_full_slot(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 0xfffffffcu);
    uint8_t payload[PAYLOAD];
    const uint8_t *got;
    uint32_t length;
    for (uint64_t n = 0; n < 8; n++) {
        fill(payload, PAYLOAD, n);
        CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, n));
    }
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
    r.slots[((0xfffffffcu + 3) & 7u) * SLOT_BYTES + 70] ^= 1; /* block 3 is torn */
    static struct entropy_producer second;
    CHECK_RESULT(ENTROPY_OK, entropy_producer_init(&second, &r.maps, SLOT_BYTES, 8));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_start(&second, 99, 2));
    CHECK(second.tail == p.tail && second.repaired == 1 && second.published == 8 * PAYLOAD);
    CHECK(r.header->state == ENTROPY_STATE_STARTUP && r.header->reason == ENTROPY_REASON_STARTING);
    for (uint64_t n = 1; n < 8; n++) {
        if (n == 3) {
            continue;
        }
        CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
        CHECK(same(got, length, n));
    }
    CHECK_RESULT(ENTROPY_EMPTY, entropy_consumer_read(&c, &got, &length, NULL));
    CHECK(c.skipped == 1 && c.torn == 0 && c.generations == 2);
    region_free(&r);
}

static void a_kill_between_any_two_stores_of_the_takeover_is_survived(void)
{
    /* After step 2 the magic is 0 and everything else still stands: the next start finds the slots. */
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 5);
    uint8_t payload[PAYLOAD];
    const uint8_t *got;
    uint32_t length;
    for (uint64_t n = 0; n < 4; n++) {
        fill(payload, PAYLOAD, n);
        CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, n));
    }
    r.header->magic = 0;
    CHECK_RESULT(ENTROPY_NOT_READY, entropy_consumer_read(&c, &got, &length, NULL));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_start(&p, 100, 2));
    for (uint64_t n = 0; n < 4; n++) {
        CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
        CHECK(same(got, length, n));
    }
    region_free(&r);
}

static void a_producer_with_other_sizes_starts_at_the_consumers_head(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 1000);
    uint8_t payload[PAYLOAD];
    const uint8_t *got;
    uint32_t length;
    fill(payload, PAYLOAD, 1);
    CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_init(&p, &r.maps, 128, 16));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_start(&p, 7, 1));
    CHECK(p.tail == 1001 && p.published == 0);
    fill(payload, 64, 2);
    CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, 64, 0, 1));
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
    CHECK(length == 64 && same(got, 64, 2) && c.slot_bytes == 128);
    region_free(&r);
}

static void a_restarted_consumer_goes_on_at_its_head(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 0xfffffffeu);
    uint8_t payload[PAYLOAD];
    const uint8_t *got;
    uint32_t length;
    for (uint64_t n = 0; n < 8; n++) {
        fill(payload, PAYLOAD, n);
        CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, n));
    }
    for (uint64_t n = 0; n < 8; n++) {
        CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(&c, &r.maps));
        CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
        CHECK(same(got, length, n));
    }
    r.control->head = 12345; /* its own page was overwritten */
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(&c, &r.maps));
    CHECK_RESULT(ENTROPY_EMPTY, entropy_consumer_read(&c, &got, &length, NULL));
    CHECK(c.resyncs == 1 && r.control->head == p.tail);
    r.control->magic = 0; /* a first attach takes nothing that was there before */
    CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(&c, &r.maps));
    CHECK_RESULT(ENTROPY_EMPTY, entropy_consumer_read(&c, &got, &length, NULL));
    CHECK(r.control->magic == ENTROPY_CONTROL_MAGIC && r.control->head == p.tail);
    region_free(&r);
}

static void torn_slots_and_backward_tails_are_counted_and_never_used(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 0);
    uint8_t payload[PAYLOAD];
    const uint8_t *got;
    uint32_t length;
    static const size_t bent[] = {0x00, 0x05, 0x08, 0x0c, 0x10, 0x40, 0x40 + PAYLOAD - 1};
    for (size_t i = 0; i < sizeof bent / sizeof bent[0]; i++) {
        uint32_t index = p.tail;
        fill(payload, PAYLOAD, i);
        CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, i));
        r.slots[(index & 7u) * SLOT_BYTES + bent[i]] ^= 0x10;
        CHECK_RESULT(ENTROPY_EMPTY, entropy_consumer_read(&c, &got, &length, NULL));
        CHECK(got == NULL && c.torn == i + 1);
    }
    uint32_t tail = r.header->tail;
    CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
    uint32_t full;
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_available(&c, &full));
    CHECK(full == 2);
    static const uint32_t offsets[] = {1, 0, 0xffffffffu, 9, 0x80000000u};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        r.header->tail = tail + offsets[i];
        CHECK_RESULT(ENTROPY_BAD_TAIL, entropy_consumer_read(&c, &got, &length, NULL));
        CHECK(c.bad_tails == i + 1 && got == NULL);
    }
    r.header->tail = tail + 2;
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
    region_free(&r);
}

static void state_staleness_and_on_demand_tests_are_seen(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 8, 0);
    struct entropy_status status;
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_status(&c, &status));
    CHECK(status.state == ENTROPY_STATE_STARTUP && status.reason == ENTROPY_REASON_STARTING);
    entropy_producer_state(&p, ENTROPY_STATE_FAILED, ENTROPY_REASON_RCT);
    entropy_producer_discard(&p, 512);
    entropy_producer_token_error(&p);
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_status(&c, &status));
    CHECK(status.state == ENTROPY_STATE_FAILED && status.reason == ENTROPY_REASON_RCT && status.discarded == 512
          && status.token_errors == 1 && status.generation == 0x1234567890abcdefu);
    CHECK(!entropy_consumer_stale(&c, 1000, 5000));
    CHECK(!entropy_consumer_stale(&c, 5999, 5000));
    CHECK(entropy_consumer_stale(&c, 6000, 5000));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_pass(&p, 3));
    CHECK(!entropy_consumer_stale(&c, 7000, 5000));
    r.header->magic = 0; /* gone for good: stale as well */
    CHECK(!entropy_consumer_stale(&c, 11999, 5000));
    CHECK(entropy_consumer_stale(&c, 12000, 5000));
    r.header->magic = ENTROPY_DATA_MAGIC;

    bool passed = true;
    CHECK(entropy_producer_test_wanted(&p) == 0);
    uint32_t number = entropy_consumer_request_test(&c);
    CHECK(number == 1 && !entropy_consumer_test_served(&c, number, &passed));
    CHECK(entropy_producer_test_wanted(&p) == 1);
    entropy_producer_test_done(&p, 1, ENTROPY_TEST_FAIL);
    CHECK(entropy_consumer_test_served(&c, number, &passed) && !passed);
    CHECK(entropy_producer_test_wanted(&p) == 0);
    number = entropy_consumer_request_test(&c);
    entropy_producer_test_done(&p, number, ENTROPY_TEST_PASS);
    CHECK(entropy_consumer_test_served(&c, number, &passed) && passed);
    entropy_consumer_beat(&c);
    entropy_consumer_beat(&c);
    CHECK(r.control->heartbeat == 2);
    uint32_t head = r.control->head;
    r.control->head = head + 0x40000000u;
    entropy_consumer_beat(&c);
    CHECK(r.control->head == head);
    entropy_consumer_wipe(&c);
    CHECK(c.payload[0] == 0);
    CHECK(strcmp(entropy_state_name(ENTROPY_STATE_DEGRADED), "DEGRADED") == 0);
    CHECK(strcmp(entropy_state_name(77), "unknown") == 0);
    CHECK(strcmp(entropy_result_name(ENTROPY_BAD_HEAD), "bad head") == 0);
    CHECK(strcmp(entropy_result_name(ENTROPY_RESTARTED), "restarted") == 0);
    CHECK(strcmp(entropy_result_name(ENTROPY_BAD_MODE), "bad mode") == 0);
    region_free(&r);
}

static void one_map_mode_keeps_the_control_page_last(void)
{
    struct region r = region_new(3 * 4096);
    struct entropy_maps maps = {r.maps.data, 3 * 4096, NULL, 0};
    static struct entropy_producer p;
    static struct entropy_consumer c;
    uint8_t payload[64];
    const uint8_t *got;
    uint32_t length;
    CHECK_RESULT(ENTROPY_DOES_NOT_FIT, entropy_producer_init(&p, &maps, 128, 64));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_init(&p, &maps, 128, 32));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_start(&p, 5, 1));
    CHECK(r.header->flags == ENTROPY_FLAG_ONE_MAP);
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(&c, &maps));
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_attach(&c));
    struct entropy_control *last = (struct entropy_control *)(void *)(r.slots + 4096);
    CHECK(last->magic == ENTROPY_CONTROL_MAGIC);
    for (uint64_t n = 0; n < 100; n++) {
        fill(payload, 64, n);
        CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, 64, 0, 1));
        CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
        CHECK(same(got, 64, n) && last->head == n + 1);
    }
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(&c, &r.maps));
    CHECK_RESULT(ENTROPY_BAD_MODE, entropy_consumer_attach(&c));
    region_free(&r);
}

static void a_hostile_consumer_harms_no_slot_in_a_million_rounds(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    enum { SLOTS = 8 };
    pair(&r, &p, &c, SLOTS, 0xfffffff0u);
    uint8_t payload[PAYLOAD];
    uint64_t published = 0;
    uint32_t true_head = 0xfffffff0u;
    uint64_t refused = 0;
    for (uint64_t round = 1; round <= 1000000; round++) {
        uint32_t accepted = p.head;
        uint32_t tail = p.tail;
        uint8_t before[SLOTS * SLOT_BYTES];
        memcpy(before, r.slots, sizeof before);
        uint32_t head;
        switch (rng() % 6) {
        case 0: head = true_head; break;
        case 1: head = accepted + (uint32_t)(rng() % (tail - accepted + 1)); break;
        case 2: head = accepted - 1 - (uint32_t)(rng() % 16); break;
        case 3: head = tail + 1 + (uint32_t)(rng() % 16); break;
        case 4: head = (uint32_t)rng(); break;
        default: head = (uint32_t)rng() & 0x8000000fu; break;
        }
        bool possible = head - accepted <= tail - accepted;
        r.control->head = head;
        r.control->wakeup_wanted = (uint32_t)rng();
        r.control->magic = (uint32_t)rng();
        r.control->version = (uint32_t)rng();
        r.control->test_request = (uint32_t)rng();
        fill(payload, PAYLOAD, published);
        enum entropy_result pass = entropy_producer_pass(&p, round);
        enum entropy_result result = entropy_producer_publish(&p, payload, PAYLOAD, 0, round);
        (void)entropy_producer_may_sleep(&p);
        entropy_producer_woken(&p);
        (void)entropy_producer_test_wanted(&p);
        CHECK(r.header->heartbeat == round);
        CHECK_RESULT(possible ? ENTROPY_OK : ENTROPY_BAD_HEAD, pass);
        if (!possible) {
            refused++;
            CHECK_RESULT(ENTROPY_BAD_HEAD, result);
            CHECK(p.head == accepted && p.tail == tail);
            CHECK(memcmp(before, r.slots, sizeof before) == 0);
        } else {
            CHECK(p.head == head);
            for (uint32_t index = head; index != tail; index++) { /* full and unreleased: as they were */
                size_t at = (size_t)(index & (SLOTS - 1)) * SLOT_BYTES;
                CHECK(memcmp(before + at, r.slots + at, SLOT_BYTES) == 0);
            }
            CHECK_RESULT(tail - head == SLOTS ? ENTROPY_FULL : ENTROPY_OK, result);
            published += result == ENTROPY_OK;
            true_head = head;
        }
        if (!possible && rng() % 4 == 0) { /* right again: it goes on at once */
            r.control->head = accepted;
            CHECK_RESULT(ENTROPY_OK, entropy_producer_pass(&p, round));
            CHECK(!p.bad_head);
        }
    }
    CHECK(refused > 100000 && published > 100000);
    region_free(&r);
}

struct hostile {
    struct region *r;
    struct entropy_producer *p;
    int stop; /* atomic */
};

/* Rewrites everything a producer can write while the consumer reads: lengths most of all. */
static void *scribble(void *argument)
{
    struct hostile *h = argument;
    uint64_t x = 0x2545f4914f6cdd1du;
    while (__atomic_load_n(&h->stop, __ATOMIC_RELAXED) == 0) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        volatile struct entropy_slot *slot =
            (volatile struct entropy_slot *)(volatile void *)(h->r->slots + (x & 7u) * SLOT_BYTES);
        switch ((x >> 8) % 8) {
        case 0: slot->length = (uint32_t)(x >> 32); break;
        case 1: slot->length = (uint32_t)(x >> 32) % 300; break;
        case 2: slot->sequence = (uint32_t)(x >> 32); break;
        case 3: *(volatile uint32_t *)&h->r->header->slot_bytes = (uint32_t)(x >> 32); break;
        case 4: *(volatile uint32_t *)&h->r->header->slot_count = (uint32_t)(x >> 32); break;
        case 5: *(volatile uint64_t *)(void *)(h->r->slots + (x & 7u) * SLOT_BYTES + 64 + ((x >> 40) % 32) * 8) = x; break;
        default: slot->length = PAYLOAD; break;
        }
    }
    return NULL;
}

static void a_hostile_producer_gains_nothing_in_a_million_rounds(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    enum { SLOTS = 8 };
    pair(&r, &p, &c, SLOTS, 0xfffffff0u);
    struct hostile hostile = {&r, &p, 0};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, scribble, &hostile) == 0);
    uint64_t returned = 0;
    uint64_t results[ENTROPY_BAD_HEAD + 1] = {0};
    uint8_t payload[PAYLOAD];
    for (uint64_t round = 0; round < 1000000; round++) {
        volatile struct entropy_header *h = r.header;
        uint32_t head = c.head;
        switch (rng() % 16) {
        case 0: h->tail = (uint32_t)rng(); break;
        case 1: h->tail = head + (uint32_t)(rng() % 20); break;
        case 2: h->tail = head - (uint32_t)(rng() % 20); break;
        case 3: h->magic = rng() % 2 ? 0 : (uint32_t)rng(); break;
        case 4: h->generation = rng() % 4; break;
        case 5: h->version = (uint32_t)(rng() % 3); break;
        case 6: h->flags = (uint32_t)rng(); break;
        case 7: h->heartbeat = rng(); break;
        case 8: h->state = (uint32_t)rng(); break;
        default: /* a true slot with a right CRC, or a header that is right again */
            h->version = ENTROPY_ABI_VERSION;
            h->header_bytes = ENTROPY_HEADER_BYTES;
            h->slot_bytes = SLOT_BYTES;
            h->slot_count = SLOTS;
            h->flags = 0;
            h->magic = ENTROPY_DATA_MAGIC;
            if (rng() % 8 == 0) {
                h->generation = 1 + rng() % 1000;
            }
            p.tail = head;
            p.head = head;
            p.zeroed = head;
            r.control->head = head;
            fill(payload, PAYLOAD, round);
            CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, round));
            break;
        }
        const uint8_t *got;
        uint32_t length;
        uint32_t full;
        struct entropy_status status;
        bool passed;
        enum entropy_result result = entropy_consumer_read(&c, &got, &length, NULL);
        CHECK((unsigned)result <= ENTROPY_BAD_HEAD);
        results[result]++;
        if (result == ENTROPY_OK) {
            CHECK(got == (const uint8_t *)c.payload && length > 0 && length <= c.slot_bytes - 64
                  && length <= sizeof c.payload);
            returned++;
        } else {
            CHECK(got == NULL && length == 0);
        }
        CHECK(r.control->head == c.head); /* no one else's index is ever taken for its own */
        (void)entropy_consumer_available(&c, &full);
        CHECK(full <= c.slot_count);
        (void)entropy_consumer_status(&c, &status);
        (void)entropy_consumer_stale(&c, round, 5);
        (void)entropy_consumer_test_served(&c, (uint32_t)round, &passed);
        (void)entropy_consumer_may_sleep(&c);
        entropy_consumer_woken(&c);
    }
    __atomic_store_n(&hostile.stop, 1, __ATOMIC_RELAXED);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(returned > 1000 && c.torn > 100 && c.bad_tails > 1000);
    printf("returned %" PRIu64 ", torn %" PRIu64 ", skipped %" PRIu64 ", bad tails %" PRIu64 ", restarted %" PRIu64 "\n",
           returned, c.torn, c.skipped, c.bad_tails, results[ENTROPY_RESTARTED]);
    region_free(&r);
}

/* ---- wake-up stress: two threads that sleep whenever the handshake lets them ---------- */

struct stress {
    struct entropy_producer p;
    struct entropy_consumer c;
    sem_t doorbell;
    sem_t interrupt;
    uint64_t blocks;
    uint64_t lost;
    uint64_t sleeps_producer;
    uint64_t sleeps_consumer;
};

/* Waits at most 2 s; true if it was woken. */
static bool wait_for(sem_t *bell)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    while (sem_timedwait(bell, &until) != 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static void *stress_producer(void *argument)
{
    struct stress *s = argument;
    uint8_t payload[64];
    uint64_t x = 99;
    for (uint64_t n = 0; n < s->blocks;) {
        fill(payload, sizeof payload, n);
        enum entropy_result result = entropy_producer_publish(&s->p, payload, sizeof payload, 0, n);
        if (result == ENTROPY_OK) {
            n++;
            if (entropy_producer_take_wakeup(&s->p)) {
                sem_post(&s->doorbell);
            }
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            for (volatile uint64_t spin = x % 200; spin > 0; spin--) {
            }
            continue;
        }
        CHECK_RESULT(ENTROPY_FULL, result);
        if (entropy_producer_may_sleep(&s->p)) {
            s->sleeps_producer++;
            bool woken = wait_for(&s->interrupt);
            entropy_producer_woken(&s->p);
            if (!woken && entropy_producer_pass(&s->p, n) == ENTROPY_OK && s->p.tail - s->p.head != s->p.slot_count) {
                __atomic_fetch_add(&s->lost, 1, __ATOMIC_RELAXED);
            }
        }
    }
    return NULL;
}

static void no_wakeup_is_lost_in_either_direction(void)
{
    struct region r;
    static struct stress s;
    memset(&s, 0, sizeof s);
    s.blocks = 400000;
    r = region_new(4096 + 4096);
    CHECK_RESULT(ENTROPY_OK, entropy_producer_init(&s.p, &r.maps, 128, 2));
    CHECK_RESULT(ENTROPY_OK, entropy_producer_start(&s.p, 3, 1));
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_init(&s.c, &r.maps));
    CHECK_RESULT(ENTROPY_OK, entropy_consumer_attach(&s.c));
    sem_init(&s.doorbell, 0, 0);
    sem_init(&s.interrupt, 0, 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, stress_producer, &s) == 0);
    uint64_t x = 7;
    for (uint64_t n = 0; n < s.blocks;) {
        const uint8_t *got;
        uint32_t length;
        enum entropy_result result = entropy_consumer_read(&s.c, &got, &length, NULL);
        if (entropy_consumer_take_wakeup(&s.c)) {
            sem_post(&s.interrupt);
        }
        if (result == ENTROPY_OK) {
            CHECK(same(got, length, n));
            n++;
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            for (volatile uint64_t spin = x % 200; spin > 0; spin--) {
            }
            continue;
        }
        CHECK_RESULT(ENTROPY_EMPTY, result);
        if (entropy_consumer_may_sleep(&s.c)) {
            s.sleeps_consumer++;
            bool woken = wait_for(&s.doorbell);
            entropy_consumer_woken(&s.c);
            uint32_t full;
            if (!woken && entropy_consumer_available(&s.c, &full) == ENTROPY_OK && full != 0) {
                __atomic_fetch_add(&s.lost, 1, __ATOMIC_RELAXED);
            }
        }
    }
    CHECK(pthread_join(thread, NULL) == 0);
    printf("blocks %" PRIu64 ", sleeps of the producer %" PRIu64 ", of the consumer %" PRIu64 ", lost wake-ups %" PRIu64 "\n",
           s.blocks, s.sleeps_producer, s.sleeps_consumer, s.lost);
    CHECK(s.lost == 0);
    CHECK(s.sleeps_producer > 100 && s.sleeps_consumer > 100);
    region_free(&r);
}

static void throughput_of_one_thread_is_printed(void)
{
    struct region r;
    static struct entropy_producer p;
    static struct entropy_consumer c;
    pair(&r, &p, &c, 128, 0);
    uint8_t payload[PAYLOAD];
    fill(payload, PAYLOAD, 1);
    const uint8_t *got;
    uint32_t length;
    uint64_t start = now_ns();
    uint64_t blocks = 0;
    while (now_ns() - start < 300000000u) {
        for (int i = 0; i < 128; i++) {
            CHECK_RESULT(ENTROPY_OK, entropy_producer_publish(&p, payload, PAYLOAD, 0, 1));
        }
        for (int i = 0; i < 128; i++, blocks++) {
            CHECK_RESULT(ENTROPY_OK, entropy_consumer_read(&c, &got, &length, NULL));
        }
    }
    uint64_t took = now_ns() - start;
    printf("publish and read in one thread: %" PRIu64 " MB/s\n", blocks * PAYLOAD * 1000u / took);
    region_free(&r);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
#define CASE(name) {#name, name}
    CASE(crc_is_castagnoli),
    CASE(every_block_arrives_once_in_order_across_the_wrap),
    CASE(released_slots_are_zeroed_by_the_next_pass),
    CASE(bad_input_has_an_error_code_each_and_nothing_is_touched),
    CASE(a_producer_takes_over_and_keeps_every_intact_full_slot),
    CASE(a_kill_between_any_two_stores_of_the_takeover_is_survived),
    CASE(a_producer_with_other_sizes_starts_at_the_consumers_head),
    CASE(a_restarted_consumer_goes_on_at_its_head),
    CASE(torn_slots_and_backward_tails_are_counted_and_never_used),
    CASE(state_staleness_and_on_demand_tests_are_seen),
    CASE(one_map_mode_keeps_the_control_page_last),
    CASE(a_hostile_consumer_harms_no_slot_in_a_million_rounds),
    CASE(a_hostile_producer_gains_nothing_in_a_million_rounds),
    CASE(no_wakeup_is_lost_in_either_direction),
    CASE(throughput_of_one_thread_is_printed),
#undef CASE
};

int main(int argc, char **argv)
{
    size_t count = sizeof cases / sizeof cases[0];
    bool list = argc == 2 && strcmp(argv[1], "list") == 0;
    unsigned ran = 0;
    for (size_t i = 0; i < count; i++) {
        bool wanted = argc == 1;
        for (int a = 1; a < argc; a++) {
            wanted = wanted || strcmp(argv[a], cases[i].name) == 0;
        }
        if (list) {
            puts(cases[i].name);
        } else if (wanted) {
            cases[i].run();
            printf("ok %s\n", cases[i].name);
            ran++;
        }
    }
    if (!list && ran == 0) {
        fprintf(stderr, "no such test\n");
        return 64;
    }
    return 0;
}
