/** How large things may be. Every decoder of this package holds these bounds. */

/** Devices in one group, until the engine is our own. */
export const MAX_MEMBERS = 32;
/** Epochs before the current one whose messages still open. */
export const PAST_EPOCHS = 3;
/** Messages of one sender that may be missing before the next one that opens (RFC 9420 section 15.3). */
export const MAX_SKIPPED = 512;

/** Bytes. */
export const MAX_BODY = 65_536;
/** What a maker binds to an entry besides its content. */
export const MAX_BOUND = 256;
export const MAX_PLAINTEXT = 65_000;
export const MAX_KEY_PACKAGE = 8_192;
export const MAX_CREDENTIAL = 4_096;
export const MAX_WELCOME = 524_288;
export const MAX_SNAPSHOT = 1_048_576;
