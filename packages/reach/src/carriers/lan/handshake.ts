/**
 * Two who share a secret prove it to each other and agree on keys, in one message each way (docs/protocol.md section
 * 10): ephemeral X25519 mixed with the secret. Whoever does not know it gets no answer, and learns nothing by asking.
 */
import { expand, extract } from '@polynya/crypto/hkdf';
import { webPrimitives } from '@polynya/crypto/web-primitives';
import { concat, equal, utf8 } from '@polynya/protocol/bytes';
import { systemRandom } from '../../clock.ts';
import { RUN } from './beacon.ts';

const { sha256, x25519 } = webPrimitives;
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
  readonly privateKey: Uint8Array;
  readonly share: Uint8Array;
}

async function newShare(): Promise<Share> {
  const privateKey = systemRandom(SHARE);
  return { privateKey, share: await x25519.publicKey(privateKey) };
}

/** The one who connects. */
export class Caller {
  readonly hello: Uint8Array;
  readonly #key: Uint8Array;
  readonly #runs: Uint8Array;
  readonly #own: Share;

  private constructor(key: Uint8Array, run: Uint8Array, theirRun: Uint8Array, own: Share) {
    this.#key = key;
    this.#runs = concat(run, theirRun);
    this.#own = own;
    this.hello = concat(run, own.share, helloProof(key, this.#runs, own.share));
  }

  static async begin(key: Uint8Array, run: Uint8Array, theirRun: Uint8Array): Promise<Caller> {
    return new Caller(key, run, theirRun, await newShare());
  }

  /** null: whoever answered does not know the secret. */
  async keys(answer: Uint8Array): Promise<LinkKeys | null> {
    const share = answer.slice(0, SHARE);
    const said = concat(this.#runs, this.#own.share, share);
    const agreed = await agree(this.#key, this.#own, share, said);
    return agreed && equal(agreed.proof, answer.subarray(SHARE, ANSWER)) ? agreed : null;
  }
}

/** The one who is called. null: the caller shares none of `keys`, or means another run. */
export async function answerTo<T extends { readonly key: Uint8Array }>(
  hello: Uint8Array,
  run: Uint8Array,
  keys: readonly T[],
): Promise<{
  readonly shared: T;
  readonly caller: Uint8Array;
  readonly answer: Uint8Array;
  readonly keys: LinkKeys;
} | null> {
  const caller = hello.slice(0, RUN);
  const share = hello.slice(RUN, RUN + SHARE);
  const runs = concat(caller, run);
  const proven = hello.subarray(RUN + SHARE, HELLO);
  const shared = keys.find(({ key }) => equal(helloProof(key, runs, share), proven));
  if (!shared) return null;
  const own = await newShare();
  const agreed = await agree(shared.key, own, share, concat(runs, share, own.share));
  if (!agreed) return null;
  return { shared, caller, answer: concat(own.share, agreed.proof), keys: agreed };
}

async function agree(
  key: Uint8Array,
  own: Share,
  theirs: Uint8Array,
  said: Uint8Array,
): Promise<(LinkKeys & { readonly proof: Uint8Array }) | null> {
  const secret = await agreed(own.privateKey, theirs);
  if (!secret) return null;
  const mixed = extract(sha256, said, concat(secret, key));
  const derived = expand(sha256, mixed, utf8('polynya near keys'), 64 + PROOF);
  return { up: derived.slice(0, 32), down: derived.slice(32, 64), proof: derived.slice(64) };
}

/** null: a share of low order, from which anybody could tell the result. */
async function agreed(privateKey: Uint8Array, share: Uint8Array): Promise<Uint8Array | null> {
  try {
    return await x25519.sharedSecret(privateKey, share);
  } catch {
    return null;
  }
}

function helloProof(key: Uint8Array, runs: Uint8Array, share: Uint8Array): Uint8Array {
  return sha256.hmac(key, concat(utf8('polynya near hello'), runs, share)).subarray(0, PROOF);
}
