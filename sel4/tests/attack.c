/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A hostile guest, for `make sel4-run`: root in the guest maps the region's device past the
 * wrapper, stores to the consumer's page (which only the VMM's dropping of the store keeps
 * from freezing the vCPU), and writes garbage over indices, sizes and slots.
 * usage: region-attack /dev/uio0
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "entropy_region.h"

int main(int argc, char **argv)
{
    int fd = argc == 2 ? open(argv[1], O_RDWR | O_SYNC) : -1;
    volatile uint32_t *data = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    volatile uint32_t *control = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
    if (data == MAP_FAILED || control == MAP_FAILED) {
        perror("region-attack");
        return 1;
    }
    uint32_t head = control[0x80 / 4];
    for (uint32_t i = 0; i < 100; i++) {
        control[0x80 / 4] = i * 0x01010101u;
        control[0] = i;
    }
    printf("attack: head was %x, is %x\n", head, control[0x80 / 4]);
    uint64_t x = 88172645463325252u;
    for (uint32_t i = 0; i < 100000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        switch (i % 8) {
        case 0: data[0x100 / 4] = (uint32_t)x; break;        /* tail */
        case 1: data[0x100 / 4] = head + (uint32_t)(x % 200); break;
        case 2: data[0x0c / 4 + (x >> 40) % 2] = (uint32_t)x; break; /* sizes */
        case 3: data[0x18 / 4] = (uint32_t)x; break;         /* generation */
        case 4: data[0] = x % 2 ? 0x3145584du : (uint32_t)x; break;
        default: data[1024 + (x >> 20) % 10240] = (uint32_t)x; break;
        }
        if (i % 1000 == 0) {
            data[0x0c / 4] = 320;
            data[0x10 / 4] = 128;
            data[0] = 0x3145584du;
        }
    }
    puts("attack: done");
    return 0;
}
