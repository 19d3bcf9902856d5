/**
 * AES-256-GCM (NIST SP 800-38D) for a server, which seals some short messages under each of many keys. `node:crypto`
 * makes a cipher and five objects for each message, which costs several times what the sealing does; so short ones are
 * sealed here, by WebAssembly in constant time, and long ones by OpenSSL, which has instructions of the processor.
 */
import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { NONCE, TAG } from '@polynya/protocol/envelope';
import { openGcm } from '../seal/hpke-recipient.ts';
import { AT_ONCE, NONCE_AT, ROUND_KEYS, ROUND_KEYS_AT, stream, substitute } from './aes.ts';
import { clear, copy, ghash, HASH_AT, HASH_KEY_AT, mix } from './ghash.ts';
import { type GcmKey, Schedules } from './key.ts';
import { wasmModule } from './wasm-module.ts';

const BLOCK = 16;
const WORD = 4;
/** Bytes of text, and of additional data, from which on OpenSSL is faster. */
const SHORT = 896;
const SHORT_AAD = 64;
/**
 * In the memory, behind the keys and the nonce: the stream, whose first block is for the tag; additional data and text
 * with their lengths.
 */
const STREAM_AT = NONCE_AT + BLOCK;
const DATA_AT = STREAM_AT + BLOCK + SHORT + AT_ONCE;
const PAGE = 65_536;
/** What is sealed is cut from pieces of so many bytes: a piece of memory of its own costs as much as its seal. */
const SLAB = 65_536;
const NOTHING = new Uint8Array(0);

interface Functions {
  readonly memory: WebAssembly.Memory;
  readonly stream: (at: number, end: number, counter: number) => void;
  readonly substitute: (at: number) => void;
  readonly clear: (at: number, end: number) => void;
  readonly copy: (from: number, to: number) => void;
  readonly mix: (at: number, end: number, stream: number) => void;
  readonly ghash: (at: number, end: number) => void;
}

const pages = Math.ceil((DATA_AT + SHORT_AAD + SHORT + 4 * BLOCK) / PAGE);
/** Of all. Compiled when first needed, which is after a server's start. */
let program: WebAssembly.Module | undefined;
function compiled(): WebAssembly.Module {
  const functions = [stream(), substitute(), clear(), copy(), mix(), ghash()];
  program ??= new WebAssembly.Module(wasmModule(pages, functions));
  return program;
}

const whole = (length: number): number => (length + BLOCK - 1) & -BLOCK;

export class Gcm {
  /** Made when first needed, which is after a server's start. */
  #bench: Bench | undefined;

  /** nonce ‖ ciphertext ‖ tag. The caller sees to it that no nonce (12 bytes) comes twice under a key. */
  seal(key: GcmKey, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    if (plaintext.length > SHORT || aad.length > SHORT_AAD) {
      return sealLong(key.bytes, nonce, aad, plaintext);
    }
    this.#bench ??= new Bench();
    return this.#bench.seal(key, nonce, aad, plaintext);
  }

  /** The plaintext of ciphertext ‖ tag, in memory of its own; null if it does not open. */
  open(key: GcmKey, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    if (sealed.length > SHORT + TAG || aad.length > SHORT_AAD) {
      return openGcm(key.bytes, nonce, sealed, aad);
    }
    if (sealed.length < TAG) return null;
    this.#bench ??= new Bench();
    return this.#bench.open(key, nonce, aad, sealed);
  }
}

/** One memory, in which one short message is worked on at a time. */
class Bench {
  readonly #wasm = new WebAssembly.Instance(compiled()).exports as unknown as Functions;
  readonly #memory = new Uint8Array(this.#wasm.memory.buffer);
  readonly #view = new DataView(this.#wasm.memory.buffer);
  readonly #hash = this.#memory.subarray(HASH_AT, HASH_AT + BLOCK);
  readonly #schedules = new Schedules();
  #slab = NOTHING;
  #used = 0;

  seal(key: GcmKey, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const { length } = plaintext;
    const text = this.#begin(key, nonce, aad, length);
    this.#memory.set(plaintext, text);
    if (length > 0) this.#wasm.mix(text, text + length, STREAM_AT + BLOCK);
    this.#authenticate(aad.length, text, length);
    // Nonce and tag around the text, where additional data and lengths were.
    this.#memory.set(nonce, text - NONCE);
    this.#wasm.copy(HASH_AT, text + length);
    const sealed = this.#cut(NONCE + length + TAG);
    sealed.set(this.#memory.subarray(text - NONCE, text + length + TAG));
    this.#forget(length);
    return sealed;
  }

  open(key: GcmKey, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const length = sealed.length - TAG;
    const text = this.#begin(key, nonce, aad, length);
    this.#memory.set(sealed.subarray(0, length), text);
    this.#authenticate(aad.length, text, length);
    let plaintext: Uint8Array | null = null;
    if (timingSafeEqual(this.#hash, sealed.subarray(length))) {
      if (length > 0) this.#wasm.mix(text, text + length, STREAM_AT + BLOCK);
      plaintext = this.#cut(length);
      plaintext.set(this.#memory.subarray(text, text + length));
      this.#wasm.clear(text, text + length);
    }
    this.#forget(length);
    return plaintext;
  }

  /** Puts key and additional data into their places, makes the stream, and says where the text goes. */
  #begin(key: GcmKey, nonce: Uint8Array, aad: Uint8Array, length: number): number {
    if (key.schedule.length === 0) this.#schedule(key);
    const memory = this.#memory;
    memory.set(key.schedule, HASH_KEY_AT);
    memory.set(nonce, NONCE_AT);
    this.#wasm.stream(STREAM_AT, STREAM_AT + BLOCK + length, 1);
    const text = DATA_AT + whole(aad.length);
    if (aad.length > 0) {
      this.#wasm.clear(text - BLOCK, text);
      memory.set(aad, DATA_AT);
    }
    return text;
  }

  /** Puts the tag of additional data and ciphertext to where the hash is. */
  #authenticate(aadLength: number, text: number, length: number): void {
    const end = text + whole(length);
    this.#wasm.clear(text + length, end + BLOCK);
    this.#view.setUint32(end + 4, 8 * aadLength);
    this.#view.setUint32(end + 12, 8 * length);
    this.#wasm.ghash(DATA_AT, end + BLOCK);
    this.#wasm.mix(HASH_AT, HASH_AT + BLOCK, STREAM_AT);
  }

  /** Overwrites keys and stream. */
  #forget(length: number): void {
    this.#wasm.clear(HASH_KEY_AT, STREAM_AT + BLOCK + length);
  }

  /** The hash's key, and the round keys behind it (FIPS 197 section 5.2). */
  #schedule(of: GcmKey): void {
    const key = of.bytes;
    const memory = this.#memory;
    const keys = memory.subarray(ROUND_KEYS_AT, ROUND_KEYS_AT + ROUND_KEYS);
    keys.set(key);
    const word = memory.subarray(DATA_AT, DATA_AT + WORD);
    let constant = 1;
    for (let at = key.length; at < ROUND_KEYS; at += WORD) {
      word.set(keys.subarray(at - WORD, at));
      const isFirst = at % key.length === 0;
      if (at % BLOCK === 0) this.#wasm.substitute(DATA_AT);
      if (isFirst) {
        word.set([word[1] ?? 0, word[2] ?? 0, word[3] ?? 0, word[0] ?? 0]);
        word[0] = (word[0] ?? 0) ^ constant;
        constant *= 2;
      }
      for (let i = 0; i < WORD; i++) {
        keys[at + i] = (keys[at + i - key.length] as number) ^ (word[i] as number);
      }
    }
    memory.fill(0, NONCE_AT, NONCE_AT + NONCE);
    this.#wasm.stream(STREAM_AT, STREAM_AT + BLOCK, 0);
    const schedule = this.#schedules.take(of);
    schedule.set(memory.subarray(STREAM_AT, STREAM_AT + BLOCK));
    schedule.set(keys, BLOCK);
  }

  #cut(length: number): Uint8Array {
    if (this.#slab.length - this.#used < length) {
      this.#slab = new Uint8Array(SLAB);
      this.#used = 0;
    }
    this.#used += length;
    return this.#slab.subarray(this.#used - length, this.#used);
  }
}

function sealLong(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  const sealed = new Uint8Array(NONCE + plaintext.length + TAG);
  sealed.set(nonce);
  sealed.set(cipher.update(plaintext), NONCE);
  cipher.final();
  sealed.set(cipher.getAuthTag(), NONCE + plaintext.length);
  return sealed;
}
