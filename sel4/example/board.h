/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where things lie in the guest's memory, per board, and the Microkit channels of the VMM.
 * The system files and the guests' device trees state the same numbers; the checker of
 * java-app/sel4-tests holds them together.
 */
#ifndef BOARD_H
#define BOARD_H

#if defined(BOARD_qemu_virt_aarch64)
#define GUEST_RAM_BASE 0x40000000ul
#define GUEST_RAM_SIZE 0x10000000ul
#define GUEST_INITRD_BASE 0x4a000000ul
#define GUEST_DTB_BASE 0x4f000000ul
#define REGION_DATA_BASE 0x50000000ul
#define REGION_DATA_SIZE 0x10000ul
#define REGION_CONTROL_BASE 0x50010000ul
#define REGION_CONTROL_SIZE 0x1000ul
#define REGION_DOORBELL_BASE 0x50011000ul
#define REGION_DOORBELL_SIZE 0x1000ul
#define REGION_INTID 50
/* { interrupt, channel } of each interrupt the guest's drivers get as it is */
#define PASSED_INTERRUPTS {35, 10}, {36, 11}, {37, 12}, {38, 13}, {40, 14}
#elif defined(BOARD_maaxboard)
#define GUEST_RAM_BASE 0x80000000ul
#define GUEST_RAM_SIZE 0x10000000ul
#define GUEST_INITRD_BASE 0x8c000000ul
#define GUEST_DTB_BASE 0x8f000000ul
#define REGION_DATA_BASE 0x90000000ul
#define REGION_DATA_SIZE 0x10000ul
#define REGION_CONTROL_BASE 0x90010000ul
#define REGION_CONTROL_SIZE 0x1000ul
#define REGION_DOORBELL_BASE 0x90011000ul
#define REGION_DOORBELL_SIZE 0x1000ul
#define REGION_INTID 158
#define PASSED_INTERRUPTS {72, 10}, {73, 11}, {58, 12}, {50, 13}, {81, 14}, {117, 15}, {118, 16}, {119, 17}
/* The kernel's i.MX drivers call the firmware (power domains, clocks): passed on. */
#define FORWARD_SIP_CALLS
#else
#error "no such board: add its numbers here"
#endif

enum { CONSUMER_CHANNEL = 1 };

#endif
