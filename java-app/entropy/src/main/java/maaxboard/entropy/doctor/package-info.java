// SPDX-License-Identifier: BSD-2-Clause

/** {@code entropy doctor}: knows where each part of the way from token to region shows itself; cli prints it. */
package maaxboard.entropy.doctor;
