/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A clock for the consumer where the system has no timer driver: this domain's period is
 * 20 ms and its budget 1 ms; yielding gives up the rest of the budget, so that the loop
 * turns once a period. A system with a timer driver leaves this domain out and notifies
 * the consumer from there.
 */
#include <microkit.h>

enum { CONSUMER_CHANNEL = 1 };

void init(void)
{
    for (;;) {
        microkit_notify(CONSUMER_CHANNEL);
        seL4_Yield();
    }
}

void notified(microkit_channel channel)
{
    (void)channel;
}
