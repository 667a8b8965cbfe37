// SPDX-License-Identifier: BSD-2-Clause

/**
 * The ten estimators of SP 800-90B section 6.3 for sources that are not claimed to be independent and identically
 * distributed. Pure: bytes in, estimates out. Where the standard leaves room, the choices are those of NIST's own tool, so
 * that the figures can be held side by side.
 */
package maaxboard.entropy.assess;
