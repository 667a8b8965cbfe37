/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * As much of Microkit's interface as the example consumer uses, for its tests on the host. The
 * system that runs is compiled against the SDK's own header.
 */
#ifndef MICROKIT_H
#define MICROKIT_H

typedef unsigned int microkit_channel;

void init(void);
void notified(microkit_channel channel);
void microkit_dbg_puts(const char *text);
void microkit_notify(microkit_channel channel);

#endif
