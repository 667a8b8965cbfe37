// SPDX-License-Identifier: BSD-2-Clause

/** Tests of sel4/: the C header against itself and against the Java region, the example, and the files that describe the board. */
package maaxboard.sel4;
