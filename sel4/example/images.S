/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel, device tree and initramfs inside the VMM's ELF; KERNEL, DTB and INITRD are paths.
 */
    .macro image name, path
    .section .\name, "aw", %progbits
    .balign 4096
    .global \name
    .global \name\()_end
\name:
    .incbin "\path"
\name\()_end:
    .byte 0
    .endm

    image guest_kernel_image, KERNEL
    image guest_dtb_image, DTB
    image guest_initrd_image, INITRD
    .section .note.GNU-stack, "", %progbits
