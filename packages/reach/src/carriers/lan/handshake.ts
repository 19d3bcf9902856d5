/**
 * Two who share a secret prove it to each other and agree on keys, in one message each way (docs/protocol.md section
 * 10): ephemeral X25519 mixed with the secret. Whoever does not know it gets no answer, and learns nothing by asking.
 */
import {
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { concat, fromBase64url, toBase64url } from '@polynya/protocol/bytes';
import { RUN } from './beacon.ts';

const SHARE = 32;
const PROOF = 16;
export const HELLO = RUN + SHARE + PROOF;
export const ANSWER = SHARE + PROOF;

/** 32 bytes for each direction. */
export interface LinkKeys {
  readonly up: Uint8Array;
  readonly down: Uint8Array;
}

interface Share {
  readonly privateKey: KeyObject;
  readonly share: Uint8Array;
}

function newShare(): Share {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { privateKey, share: fromBase64url(publicKey.export({ format: 'jwk' }).x ?? '') };
}

/** The one who connects. */
export class Caller {
  readonly hello: Uint8Array;
  readonly #key: Uint8Array;
  readonly #runs: Uint8Array;
  readonly #own = newShare();

  constructor(key: Uint8Array, run: Uint8Array, theirRun: Uint8Array) {
    this.#key = key;
    this.#runs = concat(run, theirRun);
    const { share } = this.#own;
    this.hello = concat(run, share, proof(key, 'hello', concat(this.#runs, share)));
  }

  /** null: whoever answered does not know the secret. */
  keys(answer: Uint8Array): LinkKeys | null {
    const share = answer.slice(0, SHARE);
    const agreed = agree(this.#key, this.#own, share, [this.#runs, this.#own.share, share]);
    return agreed && isEqual(agreed.proof, answer.subarray(SHARE, ANSWER)) ? agreed : null;
  }
}

/** The one who is called. null: the caller shares none of `keys`, or means another run. */
export function answerTo<T extends { readonly key: Uint8Array }>(
  hello: Uint8Array,
  run: Uint8Array,
  keys: readonly T[],
): {
  readonly shared: T;
  readonly caller: Uint8Array;
  readonly answer: Uint8Array;
  readonly keys: LinkKeys;
} | null {
  const caller = hello.slice(0, RUN);
  const share = hello.slice(RUN, RUN + SHARE);
  const runs = concat(caller, run);
  const proven = hello.subarray(RUN + SHARE, HELLO);
  const shared = keys.find(({ key }) => isEqual(proof(key, 'hello', concat(runs, share)), proven));
  if (!shared) return null;
  const own = newShare();
  const agreed = agree(shared.key, own, share, [runs, share, own.share]);
  if (!agreed) return null;
  return { shared, caller, answer: concat(own.share, agreed.proof), keys: agreed };
}

function agree(
  key: Uint8Array,
  own: Share,
  theirs: Uint8Array,
  said: readonly Uint8Array[],
): (LinkKeys & { readonly proof: Uint8Array }) | null {
  const jwk = { kty: 'OKP', crv: 'X25519', x: toBase64url(theirs) };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const secret = agreed(own.privateKey, publicKey);
  if (!secret) return null;
  const derived = new Uint8Array(
    hkdfSync('sha256', concat(secret, key), concat(...said), 'polynya near keys', 64 + PROOF),
  );
  return { up: derived.slice(0, 32), down: derived.slice(32, 64), proof: derived.slice(64) };
}

/** null: a share of low order, from which anybody could tell the result. */
function agreed(privateKey: KeyObject, publicKey: KeyObject): Uint8Array | null {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return null;
  }
}

function proof(key: Uint8Array, label: string, said: Uint8Array): Uint8Array {
  const mac = createHmac('sha256', key).update(`polynya near ${label}`).update(said).digest();
  return mac.subarray(0, PROOF);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
