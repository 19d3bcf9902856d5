/** How large things may be in Polynya's groups. */

/** Devices in one group, unless said otherwise: chats hand their Welcomes over in blobs of bounded size. */
export const MAX_MEMBERS = 128;
/** Messages of one sender that may be missing before the next one that opens, and how long their keys are kept. */
export const RATCHETS = { ahead: 512, kept: 512, seconds: 7 * 86_400 };
/** Epochs before the current one whose messages still open, and for how many seconds. */
export const PAST = { epochs: 3, seconds: 7 * 86_400 };

/** Bytes. */
export const MAX_BODY = 65_536;
/** What a maker binds to an entry besides its content. */
export const MAX_BOUND = 256;
export const MAX_PLAINTEXT = 65_000;
export const MAX_KEY_PACKAGE = 8_192;
export const MAX_CREDENTIAL = 4_096;
export const MAX_WELCOME = 524_288;
