/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One side of the two-process tests, the C one; the Java one is RegionPeer of java-app/sel4-tests.
 * usage: peer produce|consume DATA CONTROL JOURNAL SLOT_BYTES SLOT_COUNT
 *        peer drain RAM DATA_AT DATA_BYTES CONTROL_AT OUT BYTES
 *
 * drain consumes from a guest's memory file: BYTES into the file OUT, then the median of the times
 * between two publications that follow each other, by the producer's clock.
 *
 * Block v = epoch << 40 | number; epoch is new at every producer start, number counts from 0. The
 * journal tells the test, across kills, what was published and what was consumed:
 *   0x00 epoch  0x08 last block consumed  0x10 bytes consumed  0x18 wrong blocks  0x20 missing blocks
 *   0x28 stop (1: producers end, 2: consumers end once empty)  0x30 starts of consumers
 *   0x38 slots skipped  0x40 torn  0x48 consumer's resyncs  0x1000 + 8 * epoch  blocks published
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "entropy_region.h"

enum { EPOCH, LAST, BYTES, WRONG, MISSING, STOP, STARTS, SKIPPED, TORN, RESYNCS, PUBLISHED = 0x1000 / 8 };
enum { EPOCHS = 4096 };

static void *map_file(const char *path, bool writable, bool locked, size_t *bytes)
{
    int fd = open(path, writable ? O_RDWR : O_RDONLY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        perror(path);
        exit(66);
    }
    if (locked && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        perror(path);
        exit(75);
    }
    *bytes = (size_t)status.st_size;
    void *at = mmap(NULL, *bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        perror(path);
        exit(74);
    }
    return at;
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t word_of(uint64_t block, uint32_t index)
{
    return (block ^ ((uint64_t)index << 32)) * 0x9e3779b97f4a7c15u;
}

static int produce(const struct entropy_maps *maps, volatile uint64_t *journal, uint32_t slot_bytes, uint32_t slots)
{
    static struct entropy_producer p;
    uint64_t generation = 0;
    while (generation == 0) {
        if (getrandom(&generation, sizeof generation, 0) != sizeof generation) {
            return 70;
        }
    }
    enum entropy_result result = entropy_producer_init(&p, maps, slot_bytes, slots);
    if (result == ENTROPY_OK) {
        result = entropy_producer_start(&p, generation, now_ns());
    }
    if (result != ENTROPY_OK) {
        fprintf(stderr, "producer: %s\n", entropy_result_name(result));
        return 76;
    }
    uint64_t epoch = journal[EPOCH] + 1;
    if (epoch >= EPOCHS) {
        return 70;
    }
    journal[EPOCH] = epoch;
    entropy_producer_state(&p, ENTROPY_STATE_OK, ENTROPY_REASON_NONE);
    uint32_t words = (slot_bytes - 64) / 8;
    uint64_t payload[512];
    for (uint64_t number = 0; journal[STOP] == 0;) {
        uint64_t block = epoch << 40 | number;
        payload[0] = block;
        for (uint32_t i = 1; i < words; i++) {
            payload[i] = word_of(block, i);
        }
        while ((result = entropy_producer_publish(&p, payload, slot_bytes - 64, 0, now_ns())) != ENTROPY_OK) {
            if (result != ENTROPY_FULL) {
                fprintf(stderr, "producer: %s\n", entropy_result_name(result));
                return 76;
            }
            if (journal[STOP] != 0) {
                return 0;
            }
            sched_yield();
        }
        journal[PUBLISHED + epoch] = ++number;
    }
    return 0;
}

static int consume(const struct entropy_maps *maps, volatile uint64_t *journal, uint32_t slot_bytes)
{
    static struct entropy_consumer c;
    enum entropy_result result = entropy_consumer_init(&c, maps);
    if (result != ENTROPY_OK) {
        fprintf(stderr, "consumer: %s\n", entropy_result_name(result));
        return 76;
    }
    journal[STARTS]++;
    uint64_t last = journal[LAST];
    for (;;) {
        const uint8_t *bytes;
        uint32_t length;
        uint64_t stop = journal[STOP];
        result = entropy_consumer_read(&c, &bytes, &length, NULL);
        if (result != ENTROPY_OK) {
            if (result != ENTROPY_EMPTY && result != ENTROPY_NOT_READY && result != ENTROPY_RESTARTED) {
                fprintf(stderr, "consumer: %s\n", entropy_result_name(result));
                return 76;
            }
            if (stop == 2 && result == ENTROPY_EMPTY) {
                break;
            }
            sched_yield();
            continue;
        }
        uint64_t payload[512];
        memcpy(payload, bytes, length);
        uint64_t block = payload[0];
        uint64_t epoch = block >> 40;
        uint64_t number = block & 0xffffffffffu;
        bool wrong = length != slot_bytes - 64 || epoch == 0 || epoch >= EPOCHS || block <= last;
        for (uint32_t i = 1; i < length / 8 && !wrong; i++) {
            wrong = payload[i] != word_of(block, i);
        }
        uint64_t missing = number;
        uint64_t last_epoch = last >> 40;
        uint64_t next = last_epoch == 0 ? 0 : (last & 0xffffffffffu) + 1;
        if (!wrong && epoch == last_epoch) {
            missing = number - next;
        } else if (!wrong) {
            for (uint64_t e = last_epoch; e < epoch; e++, next = 0) {
                uint64_t published = journal[PUBLISHED + e];
                missing += published > next ? published - next : 0;
            }
        }
        if (wrong) {
            fprintf(stderr, "consumer: block %llx after %llx, %u bytes\n", (unsigned long long)block,
                    (unsigned long long)last, length);
            journal[WRONG]++;
        } else {
            journal[MISSING] += missing;
            last = block;
            journal[LAST] = last;
        }
        journal[BYTES] += length;
        journal[SKIPPED] += c.skipped;
        journal[TORN] += c.torn;
        journal[RESYNCS] += c.resyncs;
        c.skipped = 0;
        c.torn = 0;
        c.resyncs = 0;
    }
    return 0;
}

static int ascending(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a;
    uint64_t other = *(const uint64_t *)b;
    return one < other ? -1 : one > other;
}

static void *map_part(int fd, int protection, const char *offset, size_t bytes)
{
    void *at = mmap(NULL, bytes, protection, MAP_SHARED, fd, (off_t)strtoull(offset, NULL, 0));
    if (at == MAP_FAILED) {
        perror("mmap");
        exit(74);
    }
    return at;
}

static int drain(char **argv)
{
    static struct entropy_consumer c;
    static uint64_t steps[1 << 20];
    size_t count = 0;
    uint64_t before = 0;
    int fd = open(argv[2], O_RDWR);
    FILE *out = fopen(argv[6], "w");
    if (fd < 0 || out == NULL) {
        perror("drain");
        return 66;
    }
    uint64_t wanted = strtoull(argv[7], NULL, 0);
    size_t data_bytes = strtoull(argv[4], NULL, 0);
    struct entropy_maps maps = {map_part(fd, PROT_READ, argv[3], data_bytes), data_bytes,
                                map_part(fd, PROT_READ | PROT_WRITE, argv[5], ENTROPY_PAGE_BYTES), ENTROPY_PAGE_BYTES};
    enum entropy_result result = entropy_consumer_init(&c, &maps);
    while (result == ENTROPY_OK && (result = entropy_consumer_attach(&c)) == ENTROPY_NOT_READY) {
        sched_yield();
        result = ENTROPY_OK;
    }
    if (result != ENTROPY_OK) {
        fprintf(stderr, "drain: %s\n", entropy_result_name(result));
        return 76;
    }
    puts("attached");
    fflush(stdout);
    while (c.bytes < wanted) {
        const uint8_t *bytes;
        uint32_t length;
        struct entropy_slot_info info;
        result = entropy_consumer_read(&c, &bytes, &length, &info);
        if (result != ENTROPY_OK) {
            sched_yield();
            continue;
        }
        fwrite(bytes, 1, length, out);
        if (before != 0 && count < sizeof steps / sizeof steps[0]) {
            steps[count++] = info.time - before;
        }
        before = info.time;
    }
    if (fclose(out) != 0 || count == 0) {
        return 74;
    }
    qsort(steps, count, sizeof steps[0], ascending);
    printf("slots %zu, median %llu ns from one publication to the next, torn %llu, skipped %llu\n", count + 1,
           (unsigned long long)steps[count / 2], (unsigned long long)c.torn, (unsigned long long)c.skipped);
    return c.torn != 0;
}

int main(int argc, char **argv)
{
    if (argc == 8 && strcmp(argv[1], "drain") == 0) {
        return drain(argv);
    }
    if (argc != 7) {
        fputs("usage: peer produce|consume DATA CONTROL JOURNAL SLOT_BYTES SLOT_COUNT\n", stderr);
        return 64;
    }
    bool producer = strcmp(argv[1], "produce") == 0;
    struct entropy_maps maps;
    size_t journal_bytes;
    /* Each side maps for writing only what it owns, as the system file does. */
    maps.data = map_file(argv[2], producer, producer, &maps.data_bytes);
    maps.control = map_file(argv[3], !producer, false, &maps.control_bytes);
    volatile uint64_t *journal = map_file(argv[4], true, false, &journal_bytes);
    if (journal_bytes < 0x1000 + 8 * EPOCHS) {
        return 66;
    }
    uint32_t slot_bytes = (uint32_t)strtoul(argv[5], NULL, 0);
    uint32_t slots = (uint32_t)strtoul(argv[6], NULL, 0);
    return producer ? produce(&maps, journal, slot_bytes, slots) : consume(&maps, journal, slot_bytes);
}
