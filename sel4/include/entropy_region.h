/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The entropy region: a one-way ring of random bytes in shared memory, from the
 * wrapper in the Linux guest (producer) to a protection domain on seL4 (consumer).
 *
 * The contract is docs/region.md; this header is one of its two implementations
 * (the other is the Java package maaxboard.entropy.region) and holds both halves.
 * C11, freestanding: it includes three compiler headers, calls nothing, allocates
 * nothing and keeps all state in the handle that the caller owns.
 *
 * The memory is Device memory on the board. Every access here is a naturally aligned
 * 32- or 64-bit volatile load or store; nothing else may touch the maps. Compile for
 * AArch64 with -mstrict-align.
 *
 * A handle is for one thread. Neither side trusts what the other wrote.
 */
#ifndef ENTROPY_REGION_H
#define ENTROPY_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the entropy region is little-endian"
#endif
_Static_assert(sizeof(void *) == 8, "the entropy region needs single-copy atomic 64-bit accesses");

/* ---- Constants of the ABI ------------------------------------------------------- */

#define ENTROPY_DATA_MAGIC 0x3145584du    /* "MXE1" */
#define ENTROPY_CONTROL_MAGIC 0x3143584du /* "MXC1" */
#define ENTROPY_ABI_VERSION 1u
#define ENTROPY_PAGE_BYTES 4096u
#define ENTROPY_HEADER_BYTES 4096u
#define ENTROPY_SLOT_HEADER_BYTES 64u
#define ENTROPY_SLOT_BYTES_DEFAULT 320u
#define ENTROPY_SLOT_COUNT_DEFAULT 128u
#define ENTROPY_DATA_BYTES_DEFAULT 65536u
#define ENTROPY_FLAG_ONE_MAP 1u
#define ENTROPY_SOURCE_MIXED 0xffffffffu

/*
 * What this build of the consumer is ready to follow. A site that knows its producer
 * may define smaller values before it includes this header; never larger ones.
 */
#ifndef ENTROPY_MAX_SLOT_BYTES
#define ENTROPY_MAX_SLOT_BYTES 4096u
#endif
#ifndef ENTROPY_MAX_SLOT_COUNT
#define ENTROPY_MAX_SLOT_COUNT 65536u
#endif
#define ENTROPY_MIN_SLOT_BYTES 128u
#define ENTROPY_MIN_SLOT_COUNT 2u
_Static_assert(ENTROPY_MAX_SLOT_BYTES >= ENTROPY_MIN_SLOT_BYTES && ENTROPY_MAX_SLOT_BYTES <= 4096u
                   && ENTROPY_MAX_SLOT_BYTES % 64u == 0u,
               "ENTROPY_MAX_SLOT_BYTES: a multiple of 64 from 128 to 4096");
_Static_assert(ENTROPY_MAX_SLOT_COUNT >= ENTROPY_MIN_SLOT_COUNT && ENTROPY_MAX_SLOT_COUNT <= 65536u,
               "ENTROPY_MAX_SLOT_COUNT: 2 to 65536");

enum entropy_state {
    ENTROPY_STATE_NONE = 0,
    ENTROPY_STATE_STARTUP = 1,  /* start-up tests run, nothing is published */
    ENTROPY_STATE_OK = 2,
    ENTROPY_STATE_DEGRADED = 3, /* a token lost or quarantined, others serve */
    ENTROPY_STATE_FAILED = 4,   /* health: nothing is published */
    ENTROPY_STATE_WAITING = 5,  /* no usable token; no fault of the bytes */
    ENTROPY_STATE_STOPPED = 6,
};

enum entropy_reason {
    ENTROPY_REASON_NONE = 0,
    ENTROPY_REASON_STARTING = 1,
    ENTROPY_REASON_NO_MODULE = 2,
    ENTROPY_REASON_NO_TOKEN = 3,
    ENTROPY_REASON_TOKEN_REMOVED = 4,
    ENTROPY_REASON_PCSCD_GONE = 5,
    ENTROPY_REASON_RCT = 6,
    ENTROPY_REASON_APT = 7,
    ENTROPY_REASON_REPEATED_DATA = 8,
    ENTROPY_REASON_TOKENS_ALIKE = 9,
    ENTROPY_REASON_IMPLAUSIBLE = 10,
    ENTROPY_REASON_ASSESSMENT = 11,
    ENTROPY_REASON_TOO_FEW_TOKENS = 12,
    ENTROPY_REASON_CONSUMER_BAD = 13,
    ENTROPY_REASON_STOPPED_BY_SIGNAL = 14,
};

enum entropy_test_result { ENTROPY_TEST_PASS = 1, ENTROPY_TEST_FAIL = 2 };

/* ---- The shared memory ---------------------------------------------------------- */

/* Data map, first page. Written by the producer only. */
struct entropy_header {
    uint32_t magic;        /* stored last at start-up, 0 while the producer takes over */
    uint32_t version;
    uint32_t header_bytes;
    uint32_t slot_bytes;   /* header and payload of one slot */
    uint32_t slot_count;   /* a power of two */
    uint32_t flags;
    uint64_t generation;   /* random, not 0, another at every producer start */
    uint8_t reserved0[0x60];
    uint32_t state;        /* enum entropy_state */
    uint32_t reason;       /* enum entropy_reason, stored before state */
    uint64_t heartbeat;    /* producer's CLOCK_MONOTONIC, ns */
    uint64_t published;    /* payload bytes */
    uint64_t discarded;    /* payload bytes, by health tests */
    uint64_t token_errors; /* recovered from */
    uint32_t test_served;  /* number of the last on-demand request served */
    uint32_t test_result;  /* enum entropy_test_result, stored before test_served */
    uint8_t reserved1[0x50];
    uint32_t tail;         /* free-running, producer's */
    uint32_t space_wanted; /* the producer sleeps on a full ring */
    uint8_t reserved2[0xef8];
};

/* One slot; the payload follows, zero-padded to 8 bytes. Written by the producer only. */
struct entropy_slot {
    uint32_t sequence; /* value of tail when the slot was filled */
    uint32_t length;   /* payload bytes; 0 = skip */
    uint32_t source;   /* index of the token, or ENTROPY_SOURCE_MIXED */
    uint32_t crc;      /* CRC-32C over sequence, length, source, time and payload */
    uint64_t time;     /* producer's CLOCK_MONOTONIC at publication, ns */
    uint8_t reserved[0x28];
    /* payload */
};

/* Control map, one page. Written by the consumer only. */
struct entropy_control {
    uint32_t magic; /* stored once the consumer is up */
    uint32_t version;
    uint8_t reserved0[0x78];
    uint32_t head;          /* free-running, consumer's */
    uint32_t wakeup_wanted; /* the consumer sleeps on an empty ring */
    uint32_t test_request;  /* counts up */
    uint32_t reserved1;
    uint64_t heartbeat;     /* free-running */
    uint8_t reserved2[0xf68];
};

#define ENTROPY_AT(type, field, offset) _Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
ENTROPY_AT(entropy_header, magic, 0x000);
ENTROPY_AT(entropy_header, version, 0x004);
ENTROPY_AT(entropy_header, header_bytes, 0x008);
ENTROPY_AT(entropy_header, slot_bytes, 0x00c);
ENTROPY_AT(entropy_header, slot_count, 0x010);
ENTROPY_AT(entropy_header, flags, 0x014);
ENTROPY_AT(entropy_header, generation, 0x018);
ENTROPY_AT(entropy_header, state, 0x080);
ENTROPY_AT(entropy_header, reason, 0x084);
ENTROPY_AT(entropy_header, heartbeat, 0x088);
ENTROPY_AT(entropy_header, published, 0x090);
ENTROPY_AT(entropy_header, discarded, 0x098);
ENTROPY_AT(entropy_header, token_errors, 0x0a0);
ENTROPY_AT(entropy_header, test_served, 0x0a8);
ENTROPY_AT(entropy_header, test_result, 0x0ac);
ENTROPY_AT(entropy_header, tail, 0x100);
ENTROPY_AT(entropy_header, space_wanted, 0x104);
ENTROPY_AT(entropy_slot, sequence, 0x00);
ENTROPY_AT(entropy_slot, length, 0x04);
ENTROPY_AT(entropy_slot, source, 0x08);
ENTROPY_AT(entropy_slot, crc, 0x0c);
ENTROPY_AT(entropy_slot, time, 0x10);
ENTROPY_AT(entropy_control, magic, 0x000);
ENTROPY_AT(entropy_control, version, 0x004);
ENTROPY_AT(entropy_control, head, 0x080);
ENTROPY_AT(entropy_control, wakeup_wanted, 0x084);
ENTROPY_AT(entropy_control, test_request, 0x088);
ENTROPY_AT(entropy_control, heartbeat, 0x090);
#undef ENTROPY_AT
_Static_assert(sizeof(struct entropy_header) == ENTROPY_HEADER_BYTES, "header page");
_Static_assert(sizeof(struct entropy_slot) == ENTROPY_SLOT_HEADER_BYTES, "slot header");
_Static_assert(sizeof(struct entropy_control) == ENTROPY_PAGE_BYTES, "control page");

/* ---- Results -------------------------------------------------------------------- */

enum entropy_result {
    ENTROPY_OK = 0,
    /* Ordinary: look again later. */
    ENTROPY_EMPTY,            /* consumer: no slot to read now */
    ENTROPY_FULL,             /* producer: no free slot now */
    ENTROPY_NOT_READY,        /* data magic is 0: no producer yet, or one is taking over */
    ENTROPY_RESTARTED,        /* the producer restarted during this call; nothing was consumed */
    /* The caller's maps or arguments: nothing was touched. */
    ENTROPY_BAD_ALIGNMENT,    /* a map is not page-aligned */
    ENTROPY_BAD_MAP_SIZE,     /* a map is no whole number of pages, or too small */
    ENTROPY_BAD_ARGUMENT,     /* payload longer than a slot's, generation 0 */
    /* What the other side wrote: refused, nothing was followed. */
    ENTROPY_BAD_MAGIC,        /* neither 0 nor "MXE1" */
    ENTROPY_BAD_VERSION,
    ENTROPY_BAD_HEADER_BYTES,
    ENTROPY_BAD_SLOT_BYTES,   /* no multiple of 64, or outside this build's limits */
    ENTROPY_BAD_SLOT_COUNT,   /* no power of two, or outside this build's limits */
    ENTROPY_DOES_NOT_FIT,     /* slot bytes x slot count exceed the map */
    ENTROPY_BAD_MODE,         /* one-map flag differs from this side's configuration */
    ENTROPY_BAD_GENERATION,   /* 0 */
    ENTROPY_BAD_TAIL,         /* consumer: the producer's index is impossible */
    ENTROPY_BAD_HEAD,         /* producer: the consumer's index is impossible */
};

static inline const char *entropy_result_name(enum entropy_result result)
{
    static const char *const names[] = {
        "ok",           "empty",       "full",           "not ready",  "restarted",      "bad alignment",
        "bad map size", "bad argument", "bad magic",     "bad version", "bad header bytes", "bad slot bytes",
        "bad slot count", "does not fit", "bad mode",    "bad generation", "bad tail",   "bad head",
    };
    return (unsigned)result < sizeof names / sizeof names[0] ? names[(unsigned)result] : "unknown";
}

static inline const char *entropy_state_name(uint32_t state)
{
    static const char *const names[] = {"NONE", "STARTUP", "OK", "DEGRADED", "FAILED", "WAITING", "STOPPED"};
    return state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

/* ---- Accesses and barriers ------------------------------------------------------- */

/*
 * sy, not ish: Device and Normal non-cacheable memory lie in the outer shareable domain,
 * and the peer may run on another core whatever the kernel's configuration says.
 */
static inline void entropy_fence_full(void)
{
#if defined(__aarch64__)
    __asm__ volatile("dmb sy" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static inline void entropy_fence_acquire(void)
{
#if defined(__aarch64__)
    __asm__ volatile("dmb ld" ::: "memory"); /* full system, loads before everything after */
#else
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
#endif
}

static inline void entropy_fence_release(void)
{
#if defined(__aarch64__)
    __asm__ volatile("dmb sy" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}

static inline uint32_t entropy_load32_acquire(const volatile uint32_t *at)
{
    uint32_t value = *at;
    entropy_fence_acquire();
    return value;
}

static inline void entropy_store32_release(volatile uint32_t *at, uint32_t value)
{
    entropy_fence_release();
    *at = value;
}

/* ---- CRC-32C (Castagnoli, reflected 0x82f63b78) ----------------------------------- */

/* Slicing-by-8 tables, filled at init: 8 KiB in each handle, none in the image. */
struct entropy_crc {
    uint32_t table[8][256];
};

static inline void entropy_crc_init(struct entropy_crc *crc)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) {
            value = (value >> 1) ^ (0x82f63b78u & (0u - (value & 1u)));
        }
        crc->table[0][byte] = value;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int slice = 1; slice < 8; slice++) {
            uint32_t before = crc->table[slice - 1][byte];
            crc->table[slice][byte] = (before >> 8) ^ crc->table[0][before & 0xffu];
        }
    }
}

static inline uint32_t entropy_crc_byte(const struct entropy_crc *crc, uint32_t state, uint8_t byte)
{
    return (state >> 8) ^ crc->table[0][(state ^ byte) & 0xffu];
}

static inline uint32_t entropy_crc_u32(const struct entropy_crc *crc, uint32_t state, uint32_t word)
{
    uint32_t x = state ^ word;
    return crc->table[3][x & 0xffu] ^ crc->table[2][(x >> 8) & 0xffu] ^ crc->table[1][(x >> 16) & 0xffu]
        ^ crc->table[0][x >> 24];
}

static inline uint32_t entropy_crc_u64(const struct entropy_crc *crc, uint32_t state, uint64_t word)
{
    uint32_t low = state ^ (uint32_t)word;
    uint32_t high = (uint32_t)(word >> 32);
    return crc->table[7][low & 0xffu] ^ crc->table[6][(low >> 8) & 0xffu] ^ crc->table[5][(low >> 16) & 0xffu]
        ^ crc->table[4][low >> 24] ^ crc->table[3][high & 0xffu] ^ crc->table[2][(high >> 8) & 0xffu]
        ^ crc->table[1][(high >> 16) & 0xffu] ^ crc->table[0][high >> 24];
}

/* The slot checksum over private copies only; length bytes of payload, padding excluded. */
static inline uint32_t entropy_slot_crc(const struct entropy_crc *crc, uint32_t sequence, uint32_t length,
                                        uint32_t source, uint64_t time, const uint64_t *payload)
{
    uint32_t state = 0xffffffffu;
    state = entropy_crc_u32(crc, state, sequence);
    state = entropy_crc_u32(crc, state, length);
    state = entropy_crc_u32(crc, state, source);
    state = entropy_crc_u64(crc, state, time);
    uint32_t words = length / 8u;
    for (uint32_t i = 0; i < words; i++) {
        state = entropy_crc_u64(crc, state, payload[i]);
    }
    for (uint32_t i = 0; i < length % 8u; i++) {
        state = entropy_crc_byte(crc, state, (uint8_t)(payload[words] >> (8u * i)));
    }
    return ~state;
}

/* ---- What both halves check ------------------------------------------------------- */

static inline bool entropy_slot_bytes_valid(uint32_t slot_bytes)
{
    return slot_bytes >= ENTROPY_MIN_SLOT_BYTES && slot_bytes <= ENTROPY_MAX_SLOT_BYTES && slot_bytes % 64u == 0u;
}

static inline bool entropy_slot_count_valid(uint32_t slot_count)
{
    return slot_count >= ENTROPY_MIN_SLOT_COUNT && slot_count <= ENTROPY_MAX_SLOT_COUNT
        && (slot_count & (slot_count - 1u)) == 0u;
}

/*
 * The caller's maps. control is NULL (and control_bytes 0) in one-map mode, where the
 * control page is the last page of data and seL4 cannot enforce who writes what.
 */
struct entropy_maps {
    volatile void *data;
    size_t data_bytes;
    volatile void *control;
    size_t control_bytes;
};

static inline enum entropy_result entropy_maps_check(const struct entropy_maps *maps)
{
    bool one_map = maps->control == NULL;
    if (maps->data == NULL || (uintptr_t)maps->data % ENTROPY_PAGE_BYTES != 0
        || (uintptr_t)maps->control % ENTROPY_PAGE_BYTES != 0) {
        return ENTROPY_BAD_ALIGNMENT;
    }
    if (maps->data_bytes % ENTROPY_PAGE_BYTES != 0 || maps->data_bytes < (one_map ? 3u : 2u) * ENTROPY_PAGE_BYTES) {
        return ENTROPY_BAD_MAP_SIZE;
    }
    if (one_map ? maps->control_bytes != 0 : maps->control_bytes != ENTROPY_PAGE_BYTES) {
        return ENTROPY_BAD_MAP_SIZE;
    }
    return ENTROPY_OK;
}

static inline size_t entropy_maps_slot_area(const struct entropy_maps *maps)
{
    return maps->data_bytes - ENTROPY_HEADER_BYTES - (maps->control == NULL ? ENTROPY_PAGE_BYTES : 0u);
}

static inline volatile struct entropy_control *entropy_maps_control(const struct entropy_maps *maps)
{
    return (volatile struct entropy_control *)(maps->control != NULL
            ? maps->control
            : (volatile void *)((volatile uint8_t *)maps->data + (maps->data_bytes - ENTROPY_PAGE_BYTES)));
}

/* ---- Consumer --------------------------------------------------------------------- */

/* What came with a payload. The producer's claims; only sequence is checked. */
struct entropy_slot_info {
    uint32_t sequence;
    uint32_t source;
    uint64_t time;
};

struct entropy_consumer {
    const volatile struct entropy_header *header;
    const volatile uint8_t *slots;
    volatile struct entropy_control *control;
    size_t slot_area;
    bool one_map;
    bool attached;
    bool wake_producer;  /* see entropy_consumer_take_wakeup */
    uint32_t slot_bytes; /* checked copies, read once per generation */
    uint32_t slot_count;
    uint64_t generation;
    uint32_t head;       /* the truth; the control page only shows it */
    uint32_t tail;       /* last accepted */
    uint32_t request;
    uint64_t beats;
    bool heartbeat_known;
    uint64_t heartbeat;
    uint64_t heartbeat_changed; /* on the caller's clock */
    /* Counters, free-running. */
    uint64_t bytes;
    uint64_t blocks;
    uint64_t skipped;     /* slots of length 0 */
    uint64_t torn;        /* wrong sequence, length or CRC: released unread */
    uint64_t bad_tails;   /* refused indices */
    uint64_t resyncs;     /* own restart found an impossible window; slots were given up */
    uint64_t generations; /* producers seen */
    uint64_t payload[(ENTROPY_MAX_SLOT_BYTES - ENTROPY_SLOT_HEADER_BYTES) / 8u];
    struct entropy_crc crc;
};

/*
 * Consumer: prepare the handle. Reads and writes nothing in the maps.
 * Returns ENTROPY_OK, ENTROPY_BAD_ALIGNMENT or ENTROPY_BAD_MAP_SIZE.
 */
static inline enum entropy_result entropy_consumer_init(struct entropy_consumer *c, const struct entropy_maps *maps)
{
    enum entropy_result result = entropy_maps_check(maps);
    if (result != ENTROPY_OK) {
        return result;
    }
    c->header = (const volatile struct entropy_header *)maps->data;
    c->slots = (const volatile uint8_t *)maps->data + ENTROPY_HEADER_BYTES;
    c->control = entropy_maps_control(maps);
    c->slot_area = entropy_maps_slot_area(maps);
    c->one_map = maps->control == NULL;
    c->attached = false;
    c->wake_producer = false;
    c->slot_bytes = 0;
    c->slot_count = 0;
    c->generation = 0;
    c->head = 0;
    c->tail = 0;
    c->request = 0;
    c->beats = 0;
    c->heartbeat_known = false;
    c->heartbeat = 0;
    c->heartbeat_changed = 0;
    c->bytes = 0;
    c->blocks = 0;
    c->skipped = 0;
    c->torn = 0;
    c->bad_tails = 0;
    c->resyncs = 0;
    c->generations = 0;
    entropy_crc_init(&c->crc);
    return ENTROPY_OK;
}

/* Consumer, internal: are magic and generation still those that were checked? */
static inline bool entropy_consumer_same_producer(const struct entropy_consumer *c)
{
    entropy_fence_acquire();
    return entropy_load32_acquire(&c->header->magic) == ENTROPY_DATA_MAGIC && c->header->generation == c->generation;
}

/*
 * Consumer: follow the producer that is there now. Called by every pass (read, available,
 * sleep); costs two loads while the generation stays. A new generation has its sizes
 * checked against this build's limits and the map; head is kept. Nothing is written before
 * all checks have passed.
 */
static inline enum entropy_result entropy_consumer_attach(struct entropy_consumer *c)
{
    uint32_t magic = entropy_load32_acquire(&c->header->magic);
    if (magic != ENTROPY_DATA_MAGIC) {
        return magic == 0 ? ENTROPY_NOT_READY : ENTROPY_BAD_MAGIC;
    }
    uint64_t generation = c->header->generation;
    if (c->attached && generation == c->generation) {
        return ENTROPY_OK;
    }
    uint32_t version = c->header->version;
    uint32_t header_bytes = c->header->header_bytes;
    uint32_t slot_bytes = c->header->slot_bytes;
    uint32_t slot_count = c->header->slot_count;
    uint32_t flags = c->header->flags;
    uint32_t tail = entropy_load32_acquire(&c->header->tail);
    if (entropy_load32_acquire(&c->header->magic) != ENTROPY_DATA_MAGIC || c->header->generation != generation) {
        return ENTROPY_NOT_READY;
    }
    if (version != ENTROPY_ABI_VERSION) {
        return ENTROPY_BAD_VERSION;
    }
    if (header_bytes != ENTROPY_HEADER_BYTES) {
        return ENTROPY_BAD_HEADER_BYTES;
    }
    if (!entropy_slot_bytes_valid(slot_bytes)) {
        return ENTROPY_BAD_SLOT_BYTES;
    }
    if (!entropy_slot_count_valid(slot_count)) {
        return ENTROPY_BAD_SLOT_COUNT;
    }
    if ((size_t)slot_bytes * slot_count > c->slot_area) {
        return ENTROPY_DOES_NOT_FIT;
    }
    if (((flags & ENTROPY_FLAG_ONE_MAP) != 0) != c->one_map) {
        return ENTROPY_BAD_MODE;
    }
    if (generation == 0) {
        return ENTROPY_BAD_GENERATION;
    }
    if (!c->attached) {
        if (c->control->magic == ENTROPY_CONTROL_MAGIC && c->control->version == ENTROPY_ABI_VERSION) {
            c->head = c->control->head;
            c->request = c->control->test_request;
            c->beats = c->control->heartbeat;
            if (tail - c->head > slot_count) {
                c->head = tail;
                c->resyncs++;
            }
        } else {
            c->head = tail;
            c->control->test_request = 0;
            c->control->heartbeat = 0;
        }
        c->control->wakeup_wanted = 0;
        c->control->version = ENTROPY_ABI_VERSION;
        entropy_store32_release(&c->control->head, c->head);
        entropy_store32_release(&c->control->magic, ENTROPY_CONTROL_MAGIC);
        c->attached = true;
    }
    c->slot_bytes = slot_bytes;
    c->slot_count = slot_count;
    c->generation = generation;
    c->tail = c->head;
    c->heartbeat_known = false;
    c->generations++;
    return ENTROPY_OK;
}

/* Consumer, internal: accept the producer's tail or refuse it; *full is the number of full slots. */
static inline enum entropy_result entropy_consumer_look(struct entropy_consumer *c, uint32_t *full)
{
    uint32_t tail = entropy_load32_acquire(&c->header->tail);
    uint32_t window = tail - c->head;
    *full = 0;
    if (window > c->slot_count || window < c->tail - c->head) {
        c->bad_tails++;
        return ENTROPY_BAD_TAIL;
    }
    c->tail = tail;
    *full = window;
    return ENTROPY_OK;
}

/* Consumer: attach if need be; *full is the number of slots that can be read now, 0 unless ENTROPY_OK. */
static inline enum entropy_result entropy_consumer_available(struct entropy_consumer *c, uint32_t *full)
{
    enum entropy_result result = entropy_consumer_attach(c);
    *full = 0;
    return result == ENTROPY_OK ? entropy_consumer_look(c, full) : result;
}

/*
 * Consumer: read one block, at most once.
 *
 * ENTROPY_OK: *payload points to *length bytes (1 to slot bytes - 64) in the handle, 8-byte
 * aligned, valid until the next call; the slot has been released before. ENTROPY_EMPTY: none
 * now. Every other result: nothing to read, and the reason. A call looks at no more than
 * slot_count slots; slots of length 0 and torn ones are released, counted and passed over.
 * info may be NULL.
 */
static inline enum entropy_result entropy_consumer_read(struct entropy_consumer *c, const uint8_t **payload,
                                                        uint32_t *length, struct entropy_slot_info *info)
{
    *payload = NULL;
    *length = 0;
    enum entropy_result result = entropy_consumer_attach(c);
    if (result != ENTROPY_OK) {
        return result;
    }
    for (uint32_t passes = c->slot_count; passes > 0; passes--) {
        uint32_t full = 0;
        result = entropy_consumer_look(c, &full);
        if (result != ENTROPY_OK) {
            return result;
        }
        if (full == 0) {
            return ENTROPY_EMPTY;
        }
        const volatile uint8_t *base = c->slots + (size_t)(c->head & (c->slot_count - 1u)) * c->slot_bytes;
        const volatile struct entropy_slot *slot = (const volatile struct entropy_slot *)(const volatile void *)base;
        const volatile uint64_t *words =
            (const volatile uint64_t *)(const volatile void *)(base + ENTROPY_SLOT_HEADER_BYTES);
        uint32_t sequence = slot->sequence;
        uint32_t bytes = slot->length;
        uint32_t source = slot->source;
        uint32_t crc = slot->crc;
        uint64_t time = slot->time;
        bool sane = bytes <= c->slot_bytes - ENTROPY_SLOT_HEADER_BYTES;
        if (sane) {
            for (uint32_t i = 0; i < (bytes + 7u) / 8u; i++) {
                c->payload[i] = words[i];
            }
        }
        if (!entropy_consumer_same_producer(c)) {
            return ENTROPY_RESTARTED;
        }
        bool good = sane && bytes != 0 && sequence == c->head
            && crc == entropy_slot_crc(&c->crc, sequence, bytes, source, time, c->payload);
        c->head++;
        entropy_store32_release(&c->control->head, c->head);
        entropy_fence_full();
        if (c->header->space_wanted != 0) {
            c->wake_producer = true;
        }
        if (good) {
            c->blocks++;
            c->bytes += bytes;
            *payload = (const uint8_t *)c->payload;
            *length = bytes;
            if (info != NULL) {
                info->sequence = sequence;
                info->source = source;
                info->time = time;
            }
            return ENTROPY_OK;
        }
        if (sane && bytes == 0) {
            c->skipped++;
        } else {
            c->torn++;
        }
    }
    return ENTROPY_EMPTY;
}

/* Consumer: overwrite the private copy of the last block. */
static inline void entropy_consumer_wipe(struct entropy_consumer *c)
{
    volatile uint64_t *words = c->payload;
    for (size_t i = 0; i < sizeof c->payload / sizeof c->payload[0]; i++) {
        words[i] = 0;
    }
}

/*
 * Consumer: true once after slots were released while the producer slept on a full ring.
 * The caller then lets the VMM inject the region's interrupt.
 */
static inline bool entropy_consumer_take_wakeup(struct entropy_consumer *c)
{
    bool wake = c->wake_producer;
    c->wake_producer = false;
    return wake;
}

/*
 * Consumer: announce sleep. True: nothing to read, the producer will ring the doorbell; wait
 * for it, bounded if there is other work, then call entropy_consumer_woken. False: there is
 * something to read, do not sleep.
 */
static inline bool entropy_consumer_may_sleep(struct entropy_consumer *c)
{
    uint32_t full = 0;
    if (entropy_consumer_attach(c) != ENTROPY_OK) {
        return true;
    }
    c->control->wakeup_wanted = 1;
    entropy_fence_full();
    if (entropy_consumer_look(c, &full) == ENTROPY_OK && full != 0) {
        c->control->wakeup_wanted = 0;
        return false;
    }
    return true;
}

/* Consumer: awake again, for whatever reason. */
static inline void entropy_consumer_woken(struct entropy_consumer *c)
{
    if (c->attached) {
        c->control->wakeup_wanted = 0;
    }
}

/* Consumer: show life, and where: a stray write over the head does not last. Once a second is enough. */
static inline void entropy_consumer_beat(struct entropy_consumer *c)
{
    if (c->attached) {
        entropy_store32_release(&c->control->head, c->head);
        c->control->heartbeat = ++c->beats;
    }
}

/* What the producer says of itself. Claims, not facts. */
struct entropy_status {
    uint64_t generation;
    uint32_t state;
    uint32_t reason;
    uint64_t heartbeat;
    uint64_t published;
    uint64_t discarded;
    uint64_t token_errors;
};

/* Consumer: what the producer says of itself; zeroes unless ENTROPY_OK. */
static inline enum entropy_result entropy_consumer_status(struct entropy_consumer *c, struct entropy_status *status)
{
    enum entropy_result result = entropy_consumer_attach(c);
    bool there = result == ENTROPY_OK;
    status->generation = there ? c->generation : 0;
    status->state = there ? entropy_load32_acquire(&c->header->state) : ENTROPY_STATE_NONE;
    status->reason = there ? c->header->reason : ENTROPY_REASON_NONE;
    status->heartbeat = there ? c->header->heartbeat : 0;
    status->published = there ? c->header->published : 0;
    status->discarded = there ? c->header->discarded : 0;
    status->token_errors = there ? c->header->token_errors : 0;
    return result;
}

/*
 * Consumer: has the producer's heartbeat stood still for limit, on the caller's own clock?
 * now and limit are in one unit of the caller's choice; 5 seconds is the contract's limit.
 * The two sides' clocks share no origin: only change is looked at. Call it at least once per
 * limit. Not attached counts as unchanged.
 */
static inline bool entropy_consumer_stale(struct entropy_consumer *c, uint64_t now, uint64_t limit)
{
    bool there = entropy_consumer_attach(c) == ENTROPY_OK;
    uint64_t beat = there ? c->header->heartbeat : c->heartbeat;
    if (there && (!c->heartbeat_known || beat != c->heartbeat)) {
        c->heartbeat_known = true;
        c->heartbeat = beat;
        c->heartbeat_changed = now;
    }
    return now - c->heartbeat_changed >= limit;
}

/* Consumer: ask for an on-demand health test. Returns the request's number, 0 if not attached. */
static inline uint32_t entropy_consumer_request_test(struct entropy_consumer *c)
{
    if (entropy_consumer_attach(c) != ENTROPY_OK) {
        return 0;
    }
    c->request = c->request == 0xffffffffu ? 1u : c->request + 1u;
    entropy_store32_release(&c->control->test_request, c->request);
    return c->request;
}

/*
 * Consumer: has request number been served? Then *passed is its result. The producer serves
 * one request in 10 s, the latest; numbers in between are never served.
 */
static inline bool entropy_consumer_test_served(struct entropy_consumer *c, uint32_t number, bool *passed)
{
    *passed = false;
    if (number == 0 || entropy_consumer_attach(c) != ENTROPY_OK
        || entropy_load32_acquire(&c->header->test_served) != number) {
        return false;
    }
    *passed = c->header->test_result == ENTROPY_TEST_PASS;
    return true;
}

/* ---- Producer --------------------------------------------------------------------- */

struct entropy_producer {
    volatile struct entropy_header *header;
    volatile uint8_t *slots;
    const volatile struct entropy_control *control;
    bool one_map;
    bool bad_head;     /* head is impossible now: nothing is published */
    bool wake_consumer;
    uint32_t slot_bytes;
    uint32_t slot_count;
    uint32_t tail;
    uint32_t head;     /* last accepted */
    uint32_t zeroed;   /* slots before this index have been zeroed after release */
    uint64_t published;
    uint64_t discarded;
    uint64_t token_errors;
    /* Counters. */
    uint64_t bad_heads;
    uint64_t repaired; /* slots the takeover found torn and made length 0 */
    struct entropy_crc crc;
};

/*
 * Producer: prepare the handle; reads and writes nothing in the maps. The caller holds the
 * exclusive lock of the device or file: two producers are not survivable.
 */
static inline enum entropy_result entropy_producer_init(struct entropy_producer *p, const struct entropy_maps *maps,
                                                        uint32_t slot_bytes, uint32_t slot_count)
{
    enum entropy_result result = entropy_maps_check(maps);
    if (result != ENTROPY_OK) {
        return result;
    }
    if (!entropy_slot_bytes_valid(slot_bytes)) {
        return ENTROPY_BAD_SLOT_BYTES;
    }
    if (!entropy_slot_count_valid(slot_count)) {
        return ENTROPY_BAD_SLOT_COUNT;
    }
    if ((size_t)slot_bytes * slot_count > entropy_maps_slot_area(maps)) {
        return ENTROPY_DOES_NOT_FIT;
    }
    p->header = (volatile struct entropy_header *)maps->data;
    p->slots = (volatile uint8_t *)maps->data + ENTROPY_HEADER_BYTES;
    p->control = entropy_maps_control(maps);
    p->one_map = maps->control == NULL;
    p->bad_head = false;
    p->wake_consumer = false;
    p->slot_bytes = slot_bytes;
    p->slot_count = slot_count;
    p->tail = 0;
    p->head = 0;
    p->zeroed = 0;
    p->published = 0;
    p->discarded = 0;
    p->token_errors = 0;
    p->bad_heads = 0;
    p->repaired = 0;
    entropy_crc_init(&p->crc);
    return ENTROPY_OK;
}

/* Producer, internal. */
static inline volatile uint8_t *entropy_producer_slot(const struct entropy_producer *p, uint32_t index)
{
    return p->slots + (size_t)(index & (p->slot_count - 1u)) * p->slot_bytes;
}

/* Producer, internal: zero a slot that is not full. */
static inline void entropy_producer_zero(const struct entropy_producer *p, uint32_t index)
{
    volatile uint64_t *words = (volatile uint64_t *)(volatile void *)entropy_producer_slot(p, index);
    for (uint32_t i = 0; i < p->slot_bytes / 8u; i++) {
        words[i] = 0;
    }
}

/* Producer, internal: sequence and CRC of a slot found at takeover. */
static inline bool entropy_producer_intact(const struct entropy_producer *p, uint32_t index)
{
    const volatile uint8_t *base = entropy_producer_slot(p, index);
    const volatile struct entropy_slot *slot = (const volatile struct entropy_slot *)(const volatile void *)base;
    const volatile uint64_t *words =
        (const volatile uint64_t *)(const volatile void *)(base + ENTROPY_SLOT_HEADER_BYTES);
    uint32_t length = slot->length;
    if (slot->sequence != index || length > p->slot_bytes - ENTROPY_SLOT_HEADER_BYTES) {
        return false;
    }
    uint64_t copy[(ENTROPY_MAX_SLOT_BYTES - ENTROPY_SLOT_HEADER_BYTES) / 8u];
    for (uint32_t i = 0; i < (length + 7u) / 8u; i++) {
        copy[i] = words[i];
    }
    return length == 0 || slot->crc == entropy_slot_crc(&p->crc, index, length, slot->source, slot->time, copy);
}

/* Producer: say what is going on. The reason is stored before the state. */
static inline void entropy_producer_state(struct entropy_producer *p, uint32_t state, uint32_t reason)
{
    p->header->reason = reason;
    entropy_store32_release(&p->header->state, state);
}

/*
 * Producer: start, or take over what a producer before left. generation is random and not 0;
 * now is CLOCK_MONOTONIC in ns. Indices never go back; intact full slots stay. A kill at any
 * point of this function is survived by the next start.
 */
static inline enum entropy_result entropy_producer_start(struct entropy_producer *p, uint64_t generation, uint64_t now)
{
    if (generation == 0) {
        return ENTROPY_BAD_ARGUMENT;
    }
    p->header->magic = 0;
    entropy_fence_full();
    uint32_t head = entropy_load32_acquire(&p->control->head);
    uint32_t tail = p->header->tail;
    bool intact = p->header->version == ENTROPY_ABI_VERSION && p->header->header_bytes == ENTROPY_HEADER_BYTES
        && p->header->slot_bytes == p->slot_bytes && p->header->slot_count == p->slot_count
        && ((p->header->flags & ENTROPY_FLAG_ONE_MAP) != 0) == p->one_map && tail - head <= p->slot_count;
    if (intact) {
        p->published = p->header->published;
        p->discarded = p->header->discarded;
        p->token_errors = p->header->token_errors;
        for (uint32_t index = head; index != tail; index++) {
            if (!entropy_producer_intact(p, index)) {
                entropy_producer_zero(p, index);
                ((volatile struct entropy_slot *)(volatile void *)entropy_producer_slot(p, index))->sequence = index;
                p->repaired++;
            }
        }
    } else {
        p->published = 0;
        p->discarded = 0;
        p->token_errors = 0;
        tail = p->control->magic == ENTROPY_CONTROL_MAGIC ? head : 0;
        head = tail;
    }
    p->tail = tail;
    p->head = head;
    p->zeroed = head;
    p->bad_head = false;
    p->wake_consumer = false;
    for (uint32_t free = p->slot_count - (tail - head), i = 0; i < free; i++) {
        entropy_producer_zero(p, tail + i);
    }
    p->header->version = ENTROPY_ABI_VERSION;
    p->header->header_bytes = ENTROPY_HEADER_BYTES;
    p->header->slot_bytes = p->slot_bytes;
    p->header->slot_count = p->slot_count;
    p->header->flags = p->one_map ? ENTROPY_FLAG_ONE_MAP : 0u;
    p->header->generation = generation;
    p->header->heartbeat = now;
    p->header->published = p->published;
    p->header->discarded = p->discarded;
    p->header->token_errors = p->token_errors;
    p->header->test_served = 0;
    p->header->test_result = 0;
    p->header->space_wanted = 0;
    p->header->tail = tail;
    entropy_producer_state(p, ENTROPY_STATE_STARTUP, ENTROPY_REASON_STARTING);
    entropy_store32_release(&p->header->magic, ENTROPY_DATA_MAGIC);
    return ENTROPY_OK;
}

/* Producer, internal: accept the consumer's head or refuse it, then zero what it released. */
static inline enum entropy_result entropy_producer_look(struct entropy_producer *p)
{
    uint32_t head = entropy_load32_acquire(&p->control->head);
    if (head - p->head > p->tail - p->head) {
        p->bad_head = true;
        p->bad_heads++;
        return ENTROPY_BAD_HEAD;
    }
    p->bad_head = false;
    p->head = head;
    while (p->zeroed != head) {
        entropy_producer_zero(p, p->zeroed++);
    }
    return ENTROPY_OK;
}

/*
 * Producer: one pass of the thread that owns the region, at least once a second: heartbeat,
 * and released slots are zeroed. ENTROPY_BAD_HEAD is the consumer's fault of this moment only;
 * the caller shows it as reason ENTROPY_REASON_CONSUMER_BAD and goes on.
 */
static inline enum entropy_result entropy_producer_pass(struct entropy_producer *p, uint64_t now)
{
    p->header->heartbeat = now;
    return entropy_producer_look(p);
}

/*
 * Producer: publish length bytes (1 to slot bytes - 64) that no one else has seen, and never
 * again. ENTROPY_FULL and ENTROPY_BAD_HEAD: nothing was written.
 */
static inline enum entropy_result entropy_producer_publish(struct entropy_producer *p, const void *bytes,
                                                           uint32_t length, uint32_t source, uint64_t now)
{
    if (length == 0 || length > p->slot_bytes - ENTROPY_SLOT_HEADER_BYTES) {
        return ENTROPY_BAD_ARGUMENT;
    }
    enum entropy_result result = entropy_producer_look(p);
    if (result != ENTROPY_OK) {
        return result;
    }
    if (p->tail - p->head == p->slot_count) {
        return ENTROPY_FULL;
    }
    volatile uint8_t *base = entropy_producer_slot(p, p->tail);
    volatile struct entropy_slot *slot = (volatile struct entropy_slot *)(volatile void *)base;
    volatile uint64_t *words = (volatile uint64_t *)(volatile void *)(base + ENTROPY_SLOT_HEADER_BYTES);
    const uint8_t *from = (const uint8_t *)bytes;
    uint32_t state = 0xffffffffu;
    state = entropy_crc_u32(&p->crc, state, p->tail);
    state = entropy_crc_u32(&p->crc, state, length);
    state = entropy_crc_u32(&p->crc, state, source);
    state = entropy_crc_u64(&p->crc, state, now);
    uint32_t whole = length / 8u;
    for (uint32_t i = 0; i < whole; i++, from += 8) {
        uint64_t word = (uint64_t)from[0] | (uint64_t)from[1] << 8 | (uint64_t)from[2] << 16 | (uint64_t)from[3] << 24
            | (uint64_t)from[4] << 32 | (uint64_t)from[5] << 40 | (uint64_t)from[6] << 48 | (uint64_t)from[7] << 56;
        words[i] = word;
        state = entropy_crc_u64(&p->crc, state, word);
    }
    if (length % 8u != 0) {
        uint64_t word = 0;
        for (uint32_t i = 0; i < length % 8u; i++) {
            word |= (uint64_t)from[i] << (8u * i);
            state = entropy_crc_byte(&p->crc, state, from[i]);
        }
        words[whole] = word;
    }
    slot->sequence = p->tail;
    slot->length = length;
    slot->source = source;
    slot->crc = ~state;
    slot->time = now;
    p->tail++;
    p->published += length;
    entropy_store32_release(&p->header->tail, p->tail);
    p->header->published = p->published;
    entropy_fence_full();
    if (p->control->wakeup_wanted != 0) {
        p->wake_consumer = true;
    }
    return ENTROPY_OK;
}

/* Producer: true once after something was published while the consumer slept: ring the doorbell. */
static inline bool entropy_producer_take_wakeup(struct entropy_producer *p)
{
    bool wake = p->wake_consumer;
    p->wake_consumer = false;
    return wake;
}

/* Producer: announce sleep on a full ring. False: there is room, do not sleep. */
static inline bool entropy_producer_may_sleep(struct entropy_producer *p)
{
    p->header->space_wanted = 1;
    entropy_fence_full();
    if (entropy_producer_look(p) == ENTROPY_OK && p->tail - p->head != p->slot_count) {
        p->header->space_wanted = 0;
        return false;
    }
    return true;
}

/* Producer: awake again, for whatever reason. */
static inline void entropy_producer_woken(struct entropy_producer *p)
{
    p->header->space_wanted = 0;
}

/* Producer: bytes that health tests dropped. */
static inline void entropy_producer_discard(struct entropy_producer *p, uint64_t bytes)
{
    p->discarded += bytes;
    p->header->discarded = p->discarded;
}

/* Producer: a token error that was recovered from. */
static inline void entropy_producer_token_error(struct entropy_producer *p)
{
    p->token_errors++;
    p->header->token_errors = p->token_errors;
}

/* Producer: the consumer's request number if it has not been served, else 0. At most one in 10 s is served. */
static inline uint32_t entropy_producer_test_wanted(const struct entropy_producer *p)
{
    uint32_t request = entropy_load32_acquire(&p->control->test_request);
    return request != p->header->test_served ? request : 0u;
}

/* Producer: request number was served with this result. */
static inline void entropy_producer_test_done(struct entropy_producer *p, uint32_t number,
                                              enum entropy_test_result outcome)
{
    p->header->test_result = (uint32_t)outcome;
    entropy_store32_release(&p->header->test_served, number);
}

#endif
