// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import java.util.Set;

/**
 * Who asks.
 *
 * @param name for the log and the rate limit
 */
record Client(String name, Set<Role> roles) {
}
