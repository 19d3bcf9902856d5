/** Sizes and counts that client and server agree on. Every decoder holds them. Bytes unless said otherwise. */

export const PROTOCOL_VERSION = 1;

export const LIMITS = {
  /** One envelope on any carrier, sealed and padded. */
  envelope: 131_072,
  /** The least that an envelope measures. */
  envelopeFloor: 256,
  /** The body of one POST, or of its answer. */
  post: 1_048_576,
  /** Envelopes in one POST, or in its answer (count). */
  postEnvelopes: 64,
  /** The longest piece of a body, or of an answer, in one sip. */
  sip: 8_192,
  /** What every line is thought to bear: with headers and TLS, under 3 KB a connection each way. */
  surelySip: 2_048,
  /** One message of a WebRTC data channel: every browser takes so many. */
  directMessage: 16_384,
  /** Requests or items in one envelope. */
  items: 64,
  /** The sealed body of one log entry. */
  entryBody: 65_536,
  /** Entries in one append. */
  batch: 16,
  /** A signal. */
  signal: 4_096,
  /** What one of two who meet says of how to reach it. */
  meeting: 2_048,
  /** A sealed KeyPackage in stock. */
  keyPackage: 8_192,
  /** KeyPackages in one `stock`. */
  stock: 16,
  /** One sealed piece of a blob. */
  piece: 65_536,
  /** Pieces of one blob: 100 MB and a little. */
  pieces: 2_048,
  /** The signed body of an access record. */
  record: 32_768,
  /** X-Wing keys in one access record (count). */
  recordKeys: 4,
  /** The URL of an endpoint, in UTF-16 units. */
  endpoint: 512,
  /** Endpoints in an access record or invite (count). */
  endpoints: 16,
  /** What follows the # of an invite link, in letters. */
  invite: 65_536,
  /** The URL of a push subscription, in UTF-16 units. */
  pushEndpoint: 1_024,
  /** Logs that one session may hold open (count). */
  openLogs: 10_000,
  /** A session's life in milliseconds. */
  session: 24 * 3_600_000,
  /** Epochs for which entries and capabilities are still taken while no Commit closes (count). */
  epochs: 3,
  /** Entries of a device list, of one generation (count). */
  listEntries: 32,
  /** Devices that a list has at one time (count). */
  devices: 8,
  /** A leaf's credential. */
  credential: 5_000,
} as const;
