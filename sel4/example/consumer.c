/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Example consumer: a Microkit protection domain that takes random bytes from the entropy
 * region and says what it sees on the debug console. It is woken by the VMM when the guest
 * rings the doorbell, and by the ticker 50 times a second; either alone is enough.
 *
 * take() is the one place where bytes come out. Here they are counted and thrown away; with
 * CONSUMER_SHOW_HASHES the SHA-256 of each 32 bytes is printed first, for the test against
 * the virtual token. Never build that for a real token.
 */
#include <stdint.h>

#include <microkit.h>

#include "entropy_region.h"
#include "sha256.h"

/* Channels: qemu_virt_aarch64/entropy.system and maaxboard/entropy.system say the same. */
enum { VMM_CHANNEL = 1, TICKER_CHANNEL = 2 };

/* The ticker's period is 20 ms: 250 ticks are the contract's 5 s. */
enum { TICKS_PER_BEAT = 25, TICKS_STALE = 250, TICKS_PER_REPORT = 500, BLOCKS_PER_PASS = 64 };

/* Set by the Microkit tool from the system file. */
uintptr_t entropy_data;
uintptr_t entropy_data_size;
uintptr_t entropy_control;

static struct entropy_consumer consumer;
static enum entropy_result last_result = ENTROPY_OK;
static struct entropy_status last_status;
static bool last_stale;
static uint64_t ticks;
static uint64_t next_report;
static uint64_t doorbells;
static uint64_t wakeups;

#ifdef CONSUMER_SHOW_HASHES
/* In the build for tests the consumer rests 8 of every 20 s, so that the ring fills and the interrupt is needed. */
enum { TICKS_PER_TURN = 1000, TICKS_OF_REST = 400 };
static bool rests(void)
{
    return ticks % TICKS_PER_TURN < TICKS_OF_REST;
}
#else
static bool rests(void)
{
    return false;
}
#endif

static void put_number(uint64_t value)
{
    char digits[21];
    unsigned at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    microkit_dbg_puts(digits + at);
}

static void put_hex(const uint8_t *bytes, unsigned count)
{
    static const char hex[] = "0123456789abcdef";
    char text[65];
    unsigned at = 0;
    for (unsigned i = 0; i < count && at + 2 < sizeof text; i++) {
        text[at++] = hex[bytes[i] >> 4];
        text[at++] = hex[bytes[i] & 15u];
    }
    text[at] = '\0';
    microkit_dbg_puts(text);
}

static void put_hex64(uint64_t value)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(value >> (56u - 8u * i));
    }
    put_hex(bytes, 8);
}

static void put_field(const char *name, uint64_t value)
{
    microkit_dbg_puts(name);
    put_number(value);
}

/* The bytes leave the region here: feed the system's generator, a hardware pool, a server. */
static void take(const uint8_t *bytes, uint32_t length, const struct entropy_slot_info *info)
{
#ifdef CONSUMER_SHOW_HASHES
    put_field("entropy: block ", consumer.blocks);
    put_field(" sequence ", info->sequence);
    put_field(" source ", info->source);
    put_field(" bytes ", length);
    microkit_dbg_puts("\n");
    for (uint32_t at = 0; at + 32 <= length; at += 32) {
        uint8_t digest[32];
        sha256(bytes + at, 32, digest);
        microkit_dbg_puts("entropy: sha256 ");
        put_hex(digest, sizeof digest);
        microkit_dbg_puts("\n");
    }
#else
    (void)bytes;
    (void)length;
    (void)info;
#endif
}

static void show_state(void)
{
    struct entropy_status status;
    enum entropy_result result = entropy_consumer_status(&consumer, &status);
    bool stale = entropy_consumer_stale(&consumer, ticks, TICKS_STALE);
    if (result == last_result && status.state == last_status.state && status.reason == last_status.reason
        && status.generation == last_status.generation && stale == last_stale && ticks < next_report) {
        return;
    }
    next_report = ticks + TICKS_PER_REPORT;
    last_result = result;
    last_status = status;
    last_stale = stale;
    microkit_dbg_puts("entropy: region ");
    microkit_dbg_puts(entropy_result_name(result));
    microkit_dbg_puts(", state ");
    microkit_dbg_puts(entropy_state_name(status.state));
    put_field(" reason ", status.reason);
    microkit_dbg_puts(", generation ");
    put_hex64(status.generation);
    microkit_dbg_puts(stale ? ", heartbeat stale" : ", heartbeat alive");
    put_field(", blocks ", consumer.blocks);
    put_field(", bytes ", consumer.bytes);
    put_field(", skipped ", consumer.skipped);
    put_field(", torn ", consumer.torn);
    put_field(", tails refused ", consumer.bad_tails);
    put_field(", doorbells ", doorbells);
    put_field(", interrupts asked ", wakeups);
    microkit_dbg_puts("\n");
}

/* One pass: bounded work, then the handshake that makes sleeping safe. */
static void pass(void)
{
    show_state();
    if (rests()) {
        return;
    }
    entropy_consumer_woken(&consumer);
    for (unsigned blocks = 0; blocks < BLOCKS_PER_PASS;) {
        const uint8_t *bytes;
        uint32_t length;
        struct entropy_slot_info info;
        enum entropy_result result = entropy_consumer_read(&consumer, &bytes, &length, &info);
        if (result == ENTROPY_OK) {
            take(bytes, length, &info);
            blocks++;
            continue;
        }
        if (result != ENTROPY_EMPTY || entropy_consumer_may_sleep(&consumer)) {
            break;
        }
    }
    entropy_consumer_wipe(&consumer);
    if (entropy_consumer_take_wakeup(&consumer)) {
        wakeups++;
        microkit_notify(VMM_CHANNEL); /* the VMM injects the region's interrupt */
    }
}

void init(void)
{
    struct entropy_maps maps = {(volatile void *)entropy_data, entropy_data_size, (volatile void *)entropy_control,
                                ENTROPY_PAGE_BYTES};
    enum entropy_result result = entropy_consumer_init(&consumer, &maps);
    if (result != ENTROPY_OK) {
        microkit_dbg_puts("entropy: maps refused: ");
        microkit_dbg_puts(entropy_result_name(result));
        microkit_dbg_puts("\n");
        return;
    }
    microkit_dbg_puts("entropy: consumer up\n");
}

void notified(microkit_channel channel)
{
    if (consumer.header == NULL) {
        return; /* init refused the maps */
    }
    if (channel == TICKER_CHANNEL) {
        ticks++;
        if (ticks % TICKS_PER_BEAT == 0) {
            entropy_consumer_beat(&consumer);
        }
    } else {
        doorbells++;
    }
    pass();
}
