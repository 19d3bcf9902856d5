/**
 * The client's end of one session (docs/protocol.md section 3), on Web Crypto: seals what goes up, opens
 * what comes down. It has no carrier, clock or retries: those are `Connection`'s.
 */
import { type Bytes, concat, equal } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  HANDLE,
  keyIdOf,
  NONCE,
  OVERHEAD,
  paddedPlaintext,
  SHARE,
  unpad,
} from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { ReplayWindow } from '@polynya/protocol/replay-window';
import {
  type Call,
  down,
  type FirstReply,
  firstFlight,
  firstReply,
  type Handle,
  type Item,
  up,
} from '@polynya/protocol/requests';
import type { Random } from '../clock.ts';
import { hpkeSeal } from '../seal/hpke.ts';
import { flightInfo, SESSION_SECRET, sessionKeys } from '../seal/session-keys.ts';

/** Handles whose tokens are remembered (count). */
const TOKENS = 64;
const EMPTY = new Uint8Array(0);

export interface FlightOptions {
  /** The server's Ed25519 public key. */
  readonly identity: Uint8Array;
  /** The server's X-Wing public key. */
  readonly serverKey: Uint8Array;
  readonly versions: readonly number[];
  readonly calls: readonly Call[];
  readonly random: Random;
}

interface Opening {
  readonly keyId: Bytes;
  readonly hs: Bytes;
  readonly ephemeral: CryptoKey;
}

interface Keys {
  readonly up: CryptoKey;
  readonly down: CryptoKey;
}

export class ClientSession {
  readonly #random: Random;
  readonly #window = new ReplayWindow();
  #opening: Opening | null;
  #keys: Keys | null = null;
  #seq = 0;
  /** Handles not used yet, and the tokens of all that were issued last. */
  #stock: Handle[] = [];
  #tokens: Uint8Array[] = [];

  private constructor(opening: Opening, random: Random) {
    this.#opening = opening;
    this.#random = random;
  }

  /** A new session and the envelope that opens it. Throws ProtocolError 'malformed' for a bad server key. */
  static async begin(
    options: FlightOptions,
  ): Promise<{ session: ClientSession; firstFlight: Bytes }> {
    const { identity, serverKey, versions, calls, random } = options;
    const pair = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
    const ephemeral = pair as CryptoKeyPair;
    const share = new Uint8Array(await crypto.subtle.exportKey('raw', ephemeral.publicKey));
    const cbor = encodeCbor(
      firstFlight.encode({ versions: [...versions], share, calls: [...calls] }),
    );
    const keyId = new Uint8Array(keyIdOf(serverKey));
    const plaintext = paddedPlaintext(cbor, OVERHEAD.firstFlight);
    const sealed = await hpkeSeal(serverKey, flightInfo(identity), keyId, plaintext);
    const hs = sealed.export(SESSION_SECRET.label, SESSION_SECRET.length);
    const session = new ClientSession({ keyId, hs, ephemeral: ephemeral.privateKey }, random);
    return { session, firstFlight: concat(keyId, sealed.enc, sealed.ct) };
  }

  /** Whether the first reply has come, so that `seal` may be used. */
  get established(): boolean {
    return this.#keys !== null;
  }

  /** Handles that no connection has used yet (count). */
  get handlesLeft(): number {
    return this.#stock.length;
  }

  /** Opens the first reply; null if this envelope is not it. */
  async openFirstReply(envelope: Uint8Array): Promise<FirstReply | null> {
    const opening = this.#opening;
    if (!opening || envelope.length < OVERHEAD.firstReply) return null;
    const theirs = new Uint8Array(envelope.subarray(0, SHARE));
    const shared = await agree(opening.ephemeral, theirs);
    if (!shared) return null;
    const raw = sessionKeys(opening.hs, shared);
    const keys = { up: await aesKey(raw.up, 'encrypt'), down: await aesKey(raw.down, 'decrypt') };
    const plaintext = await openGcm(keys.down, envelope.subarray(SHARE), opening.keyId);
    const reply = plaintext && decoded(() => firstReply.decode(unpad(plaintext)));
    // A copy of the first reply may have been opened while this one waited.
    if (!reply || this.#opening !== opening) return null;
    opening.hs.fill(0);
    this.#opening = null;
    this.#keys = keys;
    this.addHandles(reply.handles);
    return reply;
  }

  /** Opens an envelope that came down; null for one that is not of this session or was seen before. */
  async open(envelope: Uint8Array): Promise<Item[] | null> {
    const keys = this.#keys;
    if (!keys || envelope.length < OVERHEAD.down) return null;
    const plaintext = await openGcm(keys.down, envelope, EMPTY);
    const message = plaintext && decoded(() => down.decode(unpad(plaintext)));
    return message && this.#window.accept(message.seq) ? message.items : null;
  }

  /** The envelope that carries these calls under this handle. */
  async seal(handle: Uint8Array, calls: readonly Call[]): Promise<Bytes> {
    const keys = this.#keys;
    if (!keys) throw new Error('sealed before the first reply');
    const cbor = encodeCbor(up.encode({ seq: this.#seq++, calls: [...calls] }));
    const nonce = new Uint8Array(this.#random(NONCE));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: new Uint8Array(handle) },
      keys.up,
      paddedPlaintext(cbor, OVERHEAD.up),
    );
    return concat(handle, nonce, new Uint8Array(sealed));
  }

  addHandles(handles: readonly Handle[]): void {
    this.#stock.push(...handles);
    this.#tokens = [...this.#tokens, ...handles.map(({ token }) => token)].slice(-TOKENS);
  }

  /** A handle for one more connection, or undefined when there is none left. */
  takeHandle(): Uint8Array | undefined {
    return this.#stock.shift()?.handle;
  }

  /** Whether this envelope says that the server has lost the session. */
  isReset(envelope: Uint8Array): boolean {
    if (envelope.length < LIMITS.envelopeFloor) return false;
    const token = envelope.subarray(0, HANDLE);
    return this.#tokens.some((one) => equal(one, token));
  }

  /** Forgets the keys. */
  end(): void {
    this.#opening?.hs.fill(0);
    this.#opening = null;
    this.#keys = null;
    this.#stock = [];
    this.#tokens = [];
  }
}

/** X25519 (RFC 7748 section 6.1); null where the result would be all zeros. */
async function agree(privateKey: CryptoKey, publicKey: Bytes): Promise<Uint8Array | null> {
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'X25519', false, []);
    const bits = await crypto.subtle.deriveBits({ name: 'X25519', public: key }, privateKey, 256);
    const shared = new Uint8Array(bits);
    return shared.every((byte) => byte === 0) ? null : shared;
  } catch {
    return null;
  }
}

async function aesKey(raw: Bytes, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, [usage]);
  raw.fill(0);
  return key;
}

/** Opens nonce ‖ ciphertext ‖ tag; null if it does not open. */
async function openGcm(
  key: CryptoKey,
  sealed: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(sealed);
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: bytes.subarray(0, NONCE), additionalData: new Uint8Array(aad) },
        key,
        bytes.subarray(NONCE),
      ),
    );
  } catch {
    return null;
  }
}

function decoded<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
