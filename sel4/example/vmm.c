/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The VMM of the example: libvmm's simple guest, and what the entropy region adds to it.
 * The additions are marked "entropy region" and are what an existing VMM has to take over.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microkit.h>

#include <libvmm/arch/aarch64/hsr.h>
#include <libvmm/libvmm.h>

#include "board.h"

extern char guest_kernel_image[], guest_kernel_image_end[];
extern char guest_dtb_image[], guest_dtb_image_end[];
extern char guest_initrd_image[], guest_initrd_image_end[];

/* Set by the Microkit tool from the system file. */
uintptr_t guest_ram_vaddr;

static const struct {
    uint32_t interrupt;
    microkit_channel channel;
} passed[] = {PASSED_INTERRUPTS};

static uint64_t doorbells;
static uint64_t dropped_stores;

/* ---- entropy region ---------------------------------------------------------------- */

/* The guest stores to the doorbell page, which it has no mapping for: tell the consumer. */
static bool doorbell_rung(size_t vcpu, size_t offset, size_t fsr, seL4_UserContext *regs, void *data)
{
    (void)vcpu;
    (void)offset;
    (void)regs;
    (void)data;
    if (!fault_is_write(fsr)) {
        return false; /* write-only: a load is the guest's bug, and nothing is made up for it */
    }
    doorbells++;
    microkit_notify(CONSUMER_CHANNEL);
    return true;
}

/*
 * The guest stores to the consumer's page, which it may only read: the store is dropped and
 * the guest goes on. Unhandled, it would freeze the vCPU.
 */
static bool control_written(size_t vcpu, size_t offset, size_t fsr, seL4_UserContext *regs, void *data)
{
    (void)vcpu;
    (void)regs;
    (void)data;
    if (!fault_is_write(fsr)) {
        return false;
    }
    if ((dropped_stores & (dropped_stores + 1)) == 0) { /* 1st, 2nd, 4th, 8th ... */
        LOG_VMM("dropped a store of the guest to the consumer's page at 0x%lx (%lu before)\n", offset, dropped_stores);
    }
    dropped_stores++;
    return true;
}

static void region_interrupt_done(irq_routing_info_t route, void *data)
{
    (void)route;
    (void)data; /* nothing stands behind this interrupt */
}

static bool region_init(void)
{
    return virq_register(ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, REGION_INTID), region_interrupt_done, NULL)
        && fault_register_vm_exception_handler(REGION_DOORBELL_BASE, REGION_DOORBELL_SIZE, doorbell_rung, NULL)
        && fault_register_vm_exception_handler(REGION_CONTROL_BASE, REGION_CONTROL_SIZE, control_written, NULL);
}

/* ---- the guest ---------------------------------------------------------------------- */

static bool guest_load_and_start(void)
{
    uintptr_t entry = linux_setup_images(GUEST_RAM_BASE, (uintptr_t)guest_kernel_image,
                                         (size_t)(guest_kernel_image_end - guest_kernel_image),
                                         (uintptr_t)guest_dtb_image, GUEST_DTB_BASE,
                                         (size_t)(guest_dtb_image_end - guest_dtb_image),
                                         (uintptr_t)guest_initrd_image, GUEST_INITRD_BASE,
                                         (size_t)(guest_initrd_image_end - guest_initrd_image));
    return entry != 0 && guest_start(entry, GUEST_DTB_BASE, GUEST_INITRD_BASE);
}

void init(void)
{
    arch_guest_init_t args = {
        .num_vcpus = 1,
        .num_guest_ram_regions = 1,
        .guest_ram_regions = {{.gpa_start = GUEST_RAM_BASE, .size = GUEST_RAM_SIZE, .vmm_vaddr = (void *)guest_ram_vaddr}},
    };
    if (!guest_init(args)) {
        LOG_VMM_ERR("the guest could not be initialised\n");
        return;
    }
#ifdef FORWARD_SIP_CALLS
    if (!smc_register_sip_handler(smc_sip_forward)) {
        LOG_VMM_ERR("the firmware calls could not be passed on\n");
        return;
    }
#endif
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        if (!virq_register_passthrough(ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, passed[i].interrupt), passed[i].channel)) {
            LOG_VMM_ERR("interrupt %u could not be passed through\n", passed[i].interrupt);
            return;
        }
    }
    if (!region_init()) {
        LOG_VMM_ERR("the entropy region's handlers could not be registered\n");
        return;
    }
    if (!guest_load_and_start()) {
        LOG_VMM_ERR("the guest could not be started\n");
    }
}

void notified(microkit_channel channel)
{
    if (channel == CONSUMER_CHANNEL) { /* entropy region: slots were released, the guest sleeps on them */
        if (!virq_inject(ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, REGION_INTID))) {
            LOG_VMM("the region's interrupt was not taken: the guest polls\n");
        }
        return;
    }
    if (!virq_handle_passthrough(channel)) {
        LOG_VMM_ERR("interrupt on channel %u dropped\n", channel);
    }
}

/*
 * PSCI SYSTEM_RESET, which libvmm 0.2.0 does not carry out: the images are laid into RAM again
 * and the vCPU starts at the kernel. The region and the consumer know nothing of it; they see
 * a producer that goes and one that comes.
 */
static bool guest_wants_reset(size_t vcpu, microkit_msginfo info)
{
    enum { SMC64_CLASS = 0x17, SYSTEM_RESET = 0x84000009 };
    if (microkit_msginfo_get_label(info) != seL4_Fault_VCPUFault
        || (microkit_mr_get(seL4_VCPUFault_HSR) >> 26 & 0x3fu) != SMC64_CLASS) {
        return false;
    }
    seL4_UserContext regs;
    if (seL4_TCB_ReadRegisters(BASE_VM_TCB_CAP + vcpu, false, 0, SEL4_USER_CONTEXT_SIZE, &regs) != seL4_NoError) {
        return false;
    }
    return (uint32_t)regs.x0 == SYSTEM_RESET;
}

/*
 * The guest's timer can go off after Linux has armed it and before it has enabled the interrupt.
 * libvmm 0.2.0 then drops and acknowledges it, it comes again at once, and the guest never runs
 * another instruction (seen on a busy host). Here it stays masked until the guest has written to
 * the interrupt controller and takes it.
 */
static bool timer_waits;

enum { TIMER_INTID = 27 };

static void timer_try(void)
{
    timer_waits = !virq_inject(ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, TIMER_INTID));
}

static void timer_reset(void)
{
    if (timer_waits) {
        timer_waits = false;
        microkit_vcpu_arm_ack_vppi(GUEST_BOOT_VCPU_ID, TIMER_INTID);
    }
}

seL4_Bool fault(microkit_child child, microkit_msginfo info, microkit_msginfo *reply)
{
    if (guest_wants_reset(child, info)) {
        LOG_VMM("the guest resets (%lu doorbells, %lu stores dropped so far)\n", doorbells, dropped_stores);
        microkit_vcpu_stop(child);
        vcpu_reset(child);
        timer_reset();
        if (!guest_load_and_start()) {
            LOG_VMM_ERR("the guest could not be started again\n");
        }
        return seL4_False; /* no reply: it does not go on where it was */
    }
    seL4_Word label = microkit_msginfo_get_label(info);
    if (label == seL4_Fault_VPPIEvent && microkit_mr_get(seL4_VPPIEvent_IRQ) == TIMER_INTID) {
        timer_try();
        *reply = microkit_msginfo_new(0, 0);
        return seL4_True;
    }
    if (fault_handle(child, info)) {
        if (label == seL4_Fault_VMFault && timer_waits) {
            timer_try();
        }
        *reply = microkit_msginfo_new(0, 0);
        return seL4_True;
    }
    return seL4_False;
}
