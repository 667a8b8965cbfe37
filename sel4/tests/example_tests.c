/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The example consumer's logic on the host: the domain itself is compiled in, the producer half
 * of the header plays the guest.
 * usage: example_tests list | example_tests NAME...   (no name: all)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONSUMER_SHOW_HASHES
#include "../example/consumer.c"

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n%s\n", __func__, __LINE__, #condition, said); \
            exit(1); \
        } \
    } while (0)

static char said[1 << 20];
static unsigned interrupts;

void microkit_dbg_puts(const char *text)
{
    CHECK(strlen(said) + strlen(text) < sizeof said);
    strcat(said, text);
}

void microkit_notify(microkit_channel channel)
{
    CHECK(channel == VMM_CHANNEL);
    interrupts++;
}

enum { SLOTS = 8 };
static _Alignas(4096) uint8_t data[4096 + 4096];
static _Alignas(4096) uint8_t control[4096];
static struct entropy_producer producer;

static void start_domain(void)
{
    entropy_data = (uintptr_t)data;
    entropy_data_size = sizeof data;
    entropy_control = (uintptr_t)control;
    init();
    CHECK(strstr(said, "entropy: consumer up\n") != NULL);
}

static void start_producer(uint64_t generation)
{
    struct entropy_maps maps = {data, sizeof data, control, sizeof control};
    CHECK(entropy_producer_init(&producer, &maps, 320, SLOTS) == ENTROPY_OK);
    CHECK(entropy_producer_start(&producer, generation, 1) == ENTROPY_OK);
}

static void tick_past_rest(void)
{
    do {
        notified(TICKER_CHANNEL);
    } while (ticks % TICKS_PER_TURN < TICKS_OF_REST);
}

static unsigned count(const char *word)
{
    unsigned found = 0;
    for (const char *at = said; (at = strstr(at, word)) != NULL; at++) {
        found++;
    }
    return found;
}

static void maps_that_are_no_pages_are_refused_and_the_domain_lives_on(void)
{
    entropy_data = (uintptr_t)data + 8;
    entropy_data_size = sizeof data;
    entropy_control = (uintptr_t)control;
    init();
    CHECK(strstr(said, "maps refused: bad alignment") != NULL);
    notified(TICKER_CHANNEL);
    notified(VMM_CHANNEL);
}

static void blocks_are_taken_at_a_tick_and_at_the_doorbell_with_their_hashes(void)
{
    static const uint8_t zeroes[256];
    start_domain();
    start_producer(0xabcdef);
    tick_past_rest();
    CHECK(entropy_producer_publish(&producer, zeroes, 256, 3, 1) == ENTROPY_OK);
    CHECK(entropy_producer_take_wakeup(&producer)); /* it sleeps, so it wants the doorbell */
    notified(VMM_CHANNEL);
    CHECK(consumer.blocks == 1 && doorbells == 1);
    CHECK(entropy_producer_publish(&producer, zeroes, 100, 3, 1) == ENTROPY_OK);
    notified(TICKER_CHANNEL);
    CHECK(consumer.blocks == 2 && consumer.bytes == 356);
    CHECK(strstr(said, "entropy: block 1 sequence 0 source 3 bytes 256\n") != NULL);
    /* SHA-256 of 32 zero bytes */
    CHECK(count("entropy: sha256 66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925\n") == 8 + 3);
    CHECK(consumer.payload[0] == 0 && entropy_producer_pass(&producer, 2) == ENTROPY_OK && producer.head == 2);
}

static void the_vmm_is_told_when_the_guest_sleeps_on_a_full_ring(void)
{
    static const uint8_t bytes[256] = {1};
    start_domain();
    start_producer(1);
    tick_past_rest();
    while (ticks % TICKS_PER_TURN != 0) {
        notified(TICKER_CHANNEL);
    }
    for (int i = 0; i < SLOTS; i++) {
        CHECK(entropy_producer_publish(&producer, bytes, 256, 0, 1) == ENTROPY_OK);
    }
    CHECK(entropy_producer_may_sleep(&producer));
    notified(TICKER_CHANNEL); /* rests */
    CHECK(interrupts == 0 && consumer.blocks == 0);
    tick_past_rest();
    CHECK(interrupts == 1 && consumer.blocks == SLOTS);
}

static void states_are_said_once_and_a_dead_producer_is_stale_after_five_seconds(void)
{
    start_domain();
    start_producer(0x77);
    notified(TICKER_CHANNEL);
    CHECK(count("state STARTUP reason 1, generation 0000000000000077, heartbeat alive") == 1);
    entropy_producer_state(&producer, ENTROPY_STATE_WAITING, ENTROPY_REASON_TOKEN_REMOVED);
    notified(TICKER_CHANNEL);
    notified(TICKER_CHANNEL);
    CHECK(count("state WAITING reason 4") == 1);
    for (int i = 0; i < TICKS_STALE - 3; i++) {
        notified(TICKER_CHANNEL);
    }
    CHECK(count("heartbeat stale") == 0);
    notified(TICKER_CHANNEL);
    CHECK(count("heartbeat stale") == 1);
    CHECK(((struct entropy_control *)(void *)control)->heartbeat == ticks / TICKS_PER_BEAT);
    start_producer(0x78);
    notified(TICKER_CHANNEL);
    CHECK(count("generation 0000000000000078, heartbeat alive") == 1);
}

static void garbage_in_the_region_never_ends_the_domain(void)
{
    start_domain();
    uint64_t x = 88172645463325252u;
    for (int round = 0; round < 20000; round++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if (round % 50 == 0) {
            start_producer(x | 1);
        }
        size_t at = (size_t)(x >> 20) % (round % 2 ? 0x120 : sizeof data) & ~(size_t)3;
        uint32_t word = (uint32_t)x;
        memcpy(data + at, &word, 4);
        said[0] = '\0';
        notified(round % 3 ? TICKER_CHANNEL : VMM_CHANNEL);
    }
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
#define CASE(name) {#name, name}
    CASE(maps_that_are_no_pages_are_refused_and_the_domain_lives_on),
    CASE(blocks_are_taken_at_a_tick_and_at_the_doorbell_with_their_hashes),
    CASE(the_vmm_is_told_when_the_guest_sleeps_on_a_full_ring),
    CASE(states_are_said_once_and_a_dead_producer_is_stale_after_five_seconds),
    CASE(garbage_in_the_region_never_ends_the_domain),
#undef CASE
};

/* The domain has one life: one case a process. */
int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (argc == 2 && strcmp(argv[1], "list") == 0) {
            puts(cases[i].name);
        } else if (argc == 2 && strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            printf("ok %s\n", cases[i].name);
            return 0;
        }
    }
    return argc == 2 && strcmp(argv[1], "list") == 0 ? 0 : 64;
}
