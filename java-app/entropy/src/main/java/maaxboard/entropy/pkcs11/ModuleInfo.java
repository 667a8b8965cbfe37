// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** What C_GetInfo tells; blank padding is trimmed. */
public record ModuleInfo(Version cryptoki, String manufacturer, String description, Version library) {
}
