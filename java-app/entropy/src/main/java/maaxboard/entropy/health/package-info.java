// SPDX-License-Identifier: BSD-2-Clause

/**
 * Health tests over a token's bytes: SP 800-90B section 4 and rules for the faults a statistic misses. Pure: no I/O, no
 * clock, no token. One {@link maaxboard.entropy.health.TokenHealth} per token judges its bytes unit by unit.
 *
 * <p>A token's output is already conditioned. These tests catch dead, stuck and lying devices and wrong software; they say
 * nothing about the noise source inside.
 */
package maaxboard.entropy.health;
