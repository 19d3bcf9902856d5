/**
 * What two devices say to each other while one links the other (docs/protocol.md section 9), and the check that the
 * person compares. The new one commits to its keys before it hears the old one's nonce, so that whoever stands between
 * has one guess at six digits.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { type Cbor, decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { deviceList } from '@polynya/protocol/device-list';
import { LIMITS } from '@polynya/protocol/limits';
import {
  bytes,
  type Infer,
  list,
  optional,
  struct,
  text,
  variants,
} from '@polynya/protocol/schema';

const steps = variants('step', {
  hello: [0, { commitment: bytes(32) }],
  answer: [1, { root: bytes(32), nonce: bytes(32), name: text(64) }],
  /** key: an X-Wing public key; inbox: the id of the log in which the new device will get letters. */
  reveal: [
    2,
    { key: bytes(1_216), device: bytes(32), inbox: bytes(16), nonce: bytes(32), name: text(64) },
  ],
  grant: [3, { enc: bytes(1_120), ct: bytes(16, 32_768) }],
});
export type Step = Infer<typeof steps>;
export type StepOf<S extends Step['step']> = Extract<Step, { step: S }>;

const grantCodec = struct({
  list: deviceList,
  /** An invite to the server. */
  admit: bytes(32),
  /** The contact token by which the person's other devices reach the new one. */
  token: bytes(32),
  page: text(2_048),
  /** What the person's devices are called. */
  devices: list(struct({ device: bytes(32), name: text(64) }), LIMITS.devices),
  blocked: list(bytes(16), 1_024),
  /** Where own devices keep a backup, if there is a recovery phrase. */
  backup: optional(bytes(32)),
});
export type Grant = Infer<typeof grantCodec>;

/** What derives from the secret of a code. */
export function meetingSecrets(secret: Uint8Array) {
  const derive = (label: string, length: number) =>
    hkdf(sha256, secret, new Uint8Array(0), utf8(`polynya link ${label}`), length);
  return { log: derive('log', 16), open: derive('open', 32), seal: derive('seal', 32) };
}

export function encodeStep(step: Step): Uint8Array {
  return encodeCbor(steps.encode(step));
}

/** @throws ProtocolError 'malformed' */
export function decodeStep(encoded: Uint8Array): Step {
  return steps.decode(decodeCbor(encoded));
}

export function encodeGrant(grant: Grant): Uint8Array {
  return encodeCbor(grantCodec.encode(grant));
}

/** @throws ProtocolError 'malformed' */
export function decodeGrant(encoded: Uint8Array): Grant {
  return grantCodec.decode(decodeCbor(encoded));
}

/** What `hello` says of the `reveal` to come. */
export function commitmentTo(reveal: StepOf<'reveal'>): Uint8Array {
  return sha256(concat(utf8('polynya link commitment'), encodeStep(reveal)));
}

/** Everything that was said, bound to the grant that follows. */
export function transcript(answer: StepOf<'answer'>, reveal: StepOf<'reveal'>): Uint8Array {
  const said: Cbor = [commitmentTo(reveal), encodeStep(answer), encodeStep(reveal)];
  return sha256(concat(utf8('polynya link check'), encodeCbor(said)));
}

/** Six digits of it. */
export function checkOf(said: Uint8Array): string {
  const number = said.slice(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
  return String(number % 1_000_000).padStart(6, '0');
}
