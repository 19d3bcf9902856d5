/**
 * AES-256-GCM (NIST SP 800-38D) under one key for many short messages, in Node. `node:crypto` asks for a new cipher
 * for each of them, which costs 9 us and most of what a message costs a server. Here AES is OpenSSL's still, as one
 * ECB cipher for the life of the key that turns counters into the key stream; the hash is `ghash.ts`.
 */
import { type Cipheriv, createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { NONCE, TAG } from '@polynya/protocol/envelope';
import { ghash, HASH_AT, KEY_AT } from './ghash.ts';
import { wasmModule } from './wasm-module.ts';

const BLOCK = 16;
/** Bytes of plaintext and additional data from which on OpenSSL's own GCM is faster: it has instructions for the hash. */
const SHORT = 2_048;
/** In the memory: what is hashed. */
const TEXT_AT = 64;

const exports = new WebAssembly.Instance(new WebAssembly.Module(wasmModule(1, [ghash]))).exports;
const hashBlocks = exports.ghash as (from: number, to: number) => void;
const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
const words = new Uint32Array(memory.buffer);
const hash = memory.subarray(HASH_AT, HASH_AT + BLOCK);
const lengths = new DataView(memory.buffer);

/** The counter blocks of one message: its nonce, then 1 for the tag, 2 and so on for its text. */
const counters = Uint8Array.from({ length: SHORT + BLOCK }, (_, i) =>
  i % BLOCK === 15 ? (Math.floor(i / BLOCK) + 1) & 0xff : 0,
);
const nonceOf = new DataView(counters.buffer);
const ZEROS = new Uint8Array(BLOCK);

export class GcmKey {
  #key: Uint8Array | undefined;
  /** AES itself, and its value for zeros, by which the hash is keyed; made when first needed. */
  #aes: Cipheriv | undefined;
  #hashKey: Uint8Array = ZEROS;

  /** `key`: 32 bytes, which belong to this from now on. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /**
   * nonce ‖ ciphertext ‖ tag of `plaintext`. The caller sees to it that no nonce (12 bytes) comes twice.
   */
  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const { length } = plaintext;
    const sealed = new Uint8Array(NONCE + length + TAG);
    sealed.set(nonce);
    if (aad.length + length > SHORT - 2 * BLOCK) {
      const cipher = createCipheriv('aes-256-gcm', this.#bytes(), nonce).setAAD(aad);
      sealed.set(cipher.update(plaintext), NONCE);
      cipher.final();
      sealed.set(cipher.getAuthTag(), NONCE + length);
      return sealed;
    }
    const stream = this.#stream(nonce, length);
    const text = TEXT_AT + whole(aad.length);
    memory.set(plaintext, text);
    mix(text, stream, length);
    sealed.set(memory.subarray(text, text + length), NONCE);
    this.#hash(aad, length);
    for (let i = 0; i < TAG; i++) {
      sealed[NONCE + length + i] = (hash[i] as number) ^ (stream[i] as number);
    }
    return sealed;
  }

  /** The plaintext of ciphertext ‖ tag; null if it does not open. */
  open(nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const length = sealed.length - TAG;
    if (length < 0) return null;
    if (aad.length + length > SHORT - 2 * BLOCK) return openGcm(this.#bytes(), nonce, sealed, aad);
    const stream = this.#stream(nonce, length);
    const text = TEXT_AT + whole(aad.length);
    memory.set(sealed.subarray(0, length), text);
    this.#hash(aad, length);
    for (let i = 0; i < TAG; i++) hash[i] = (hash[i] as number) ^ (stream[i] as number);
    if (!timingSafeEqual(hash, sealed.subarray(length))) return null;
    mix(text, stream, length);
    return memory.slice(text, text + length);
  }

  /** Forgets the key; nothing is sealed or opened after that. */
  end(): void {
    this.#key?.fill(0);
    this.#key = undefined;
    this.#aes = undefined;
    this.#hashKey.fill(0);
  }

  #bytes(): Uint8Array {
    if (!this.#key) throw new Error('a key that was forgotten');
    return this.#key;
  }

  /** The key stream: 16 bytes for the tag, then those for the text. */
  #stream(nonce: Uint8Array, length: number): Uint8Array {
    if (!this.#aes) {
      this.#aes = createCipheriv('aes-256-ecb', this.#bytes(), null).setAutoPadding(false);
      this.#hashKey = new Uint8Array(this.#aes.update(ZEROS));
    }
    const end = BLOCK + whole(length);
    const given = new DataView(nonce.buffer, nonce.byteOffset, NONCE);
    const [a, b, c] = [given.getUint32(0), given.getUint32(4), given.getUint32(8)];
    for (let at = 0; at < end; at += BLOCK) {
      nonceOf.setUint32(at, a);
      nonceOf.setUint32(at + 4, b);
      nonceOf.setUint32(at + 8, c);
    }
    return this.#aes.update(counters.subarray(0, end));
  }

  /** Hashes the additional data, the ciphertext that stands in the memory behind them, and both lengths. */
  #hash(aad: Uint8Array, length: number): void {
    const text = TEXT_AT + whole(aad.length);
    const end = text + whole(length);
    memory.set(this.#hashKey, KEY_AT);
    memory.fill(0, TEXT_AT + aad.length, text);
    memory.set(aad, TEXT_AT);
    memory.fill(0, text + length, end + BLOCK);
    lengths.setUint32(end + 4, aad.length * 8);
    lengths.setUint32(end + 12, length * 8);
    hashBlocks(TEXT_AT, end + BLOCK);
  }
}

/** AES-256-GCM under a key that is used once; null if it does not open. */
export function openGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array | null {
  const end = sealed.length - TAG;
  if (end < 0) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    return null;
  }
}

/** `length`, rounded up to whole blocks. */
function whole(length: number): number {
  return (length + BLOCK - 1) & -BLOCK;
}

/** Adds the key stream to the text at `at`, up to the end of its last block. */
function mix(at: number, stream: Uint8Array, length: number): void {
  // A Buffer of Node's may begin anywhere.
  const from = stream.byteOffset + BLOCK;
  if (from % 4 === 0) {
    const aligned = new Uint32Array(stream.buffer, from, whole(length) / 4);
    for (let i = 0; i < aligned.length; i++) {
      const word = at / 4 + i;
      words[word] = (words[word] as number) ^ (aligned[i] as number);
    }
    return;
  }
  for (let i = 0; i < length; i++) {
    memory[at + i] = (memory[at + i] as number) ^ (stream[BLOCK + i] as number);
  }
}
