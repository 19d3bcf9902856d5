/** Welcome messages, and the secrets in them (RFC 9420 section 12.4.3.1). */

import { EMPTY } from '@polynya/crypto/bytes';
import { type KeyPair, NONCE } from '@polynya/crypto/hpke-suite';
import type { Maybe, Random } from '@polynya/crypto/primitives';
import {
  decode,
  encode,
  type Infer,
  opaque,
  optional,
  struct,
  uint16,
  vector,
} from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import {
  decryptWithLabel,
  expandWithLabel,
  hpkeCiphertext,
  sealerWithLabel,
} from '../crypto/labels.ts';
import { attempt } from '../mls-error.ts';
import { preSharedKeyId } from '../schedule/psk.ts';

const encryptedGroupSecrets = struct({ newMember: opaque, secrets: hpkeCiphertext });
export type EncryptedGroupSecrets = Infer<typeof encryptedGroupSecrets>;

export const welcome = struct({
  cipherSuite: uint16,
  secrets: vector(encryptedGroupSecrets),
  encryptedGroupInfo: opaque,
});
export type Welcome = Infer<typeof welcome>;

export const groupSecrets = struct({
  joinerSecret: opaque,
  pathSecret: optional(struct({ pathSecret: opaque })),
  psks: vector(preSharedKeyId),
});
export type GroupSecrets = Infer<typeof groupSecrets>;

const LABEL = 'Welcome';

/** The owner of the KeyPackage `newMember` (its reference), whose init key is `initKey`. */
export interface Recipient {
  readonly newMember: Uint8Array;
  readonly initKey: Uint8Array;
}

/** Seals to one newcomer after another. The GroupInfo, to which each is bound, may be megabytes: it is hashed once. */
export function groupSecretsSealer(
  suite: CipherSuite,
  encryptedGroupInfo: Uint8Array,
): (to: Recipient, secrets: GroupSecrets, random: Random) => Promise<EncryptedGroupSecrets> {
  const seal = sealerWithLabel(suite, LABEL, encryptedGroupInfo);
  return async ({ newMember, initKey }, secrets, random) => ({
    newMember,
    secrets: await seal(initKey, encode(groupSecrets, secrets), random),
  });
}

/** @throws MlsError `cannot-open`, `malformed` */
export async function openGroupSecrets(
  suite: CipherSuite,
  initKeys: KeyPair,
  { encryptedGroupInfo }: Welcome,
  { secrets }: EncryptedGroupSecrets,
): Promise<GroupSecrets> {
  const opened = await decryptWithLabel(suite, initKeys, LABEL, encryptedGroupInfo, secrets);
  return decode(groupSecrets, opened);
}

const keysOf = (suite: CipherSuite, welcomeSecret: Uint8Array) =>
  [
    expandWithLabel(suite, welcomeSecret, 'key', EMPTY, suite.aead.keySize),
    expandWithLabel(suite, welcomeSecret, 'nonce', EMPTY, NONCE),
    EMPTY,
  ] as const;

export function sealGroupInfo(
  suite: CipherSuite,
  welcomeSecret: Uint8Array,
  info: Uint8Array,
): Maybe<Uint8Array> {
  return suite.aead.seal(...keysOf(suite, welcomeSecret), info);
}

/** @throws MlsError `cannot-open` */
export function openGroupInfo(
  suite: CipherSuite,
  welcomeSecret: Uint8Array,
  { encryptedGroupInfo }: Welcome,
): Promise<Uint8Array> {
  return attempt('cannot-open', () =>
    suite.aead.open(...keysOf(suite, welcomeSecret), encryptedGroupInfo),
  );
}
