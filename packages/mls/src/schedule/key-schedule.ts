/** The key schedule (RFC 9420 section 8): the secrets of an epoch from those of the one before, and the exporter. */

import { extract } from '@polynya/crypto/hkdf';
import type { KeyPair } from '@polynya/crypto/hpke-suite';
import type { Maybe } from '@polynya/crypto/primitives';
import { encode } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { deriveSecret, expandWithLabel } from '../crypto/labels.ts';
import { type GroupContext, groupContext } from './group-context.ts';

/** What an epoch keeps (section 8, table 4), but for the joiner and welcome secrets, which are used at once. */
export interface EpochSecrets {
  readonly senderDataSecret: Uint8Array;
  readonly encryptionSecret: Uint8Array;
  readonly exporterSecret: Uint8Array;
  readonly externalSecret: Uint8Array;
  readonly confirmationKey: Uint8Array;
  readonly membershipKey: Uint8Array;
  readonly resumptionPsk: Uint8Array;
  readonly epochAuthenticator: Uint8Array;
  readonly initSecret: Uint8Array;
}

/** Zeros of the hash's size, which stand for a secret that is not there. */
export const noSecret = ({ hash }: CipherSuite): Uint8Array => new Uint8Array(hash.size);

/** `context` is that of the new epoch, here and below. */
export function joinerSecret(
  suite: CipherSuite,
  initSecret: Uint8Array,
  commitSecret: Uint8Array,
  context: GroupContext,
): Uint8Array {
  const prk = extract(suite.hash, initSecret, commitSecret);
  return expandWithLabel(suite, prk, 'joiner', encode(groupContext, context), suite.hash.size);
}

const memberSecret = ({ hash }: CipherSuite, joiner: Uint8Array, psk: Uint8Array): Uint8Array =>
  extract(hash, joiner, psk);

/** Under which a Welcome seals its GroupInfo. */
export function welcomeSecret(
  suite: CipherSuite,
  joiner: Uint8Array,
  pskSecret: Uint8Array,
): Uint8Array {
  return deriveSecret(suite, memberSecret(suite, joiner, pskSecret), 'welcome');
}

export function epochSecrets(
  suite: CipherSuite,
  joiner: Uint8Array,
  pskSecret: Uint8Array,
  context: GroupContext,
): EpochSecrets {
  const member = memberSecret(suite, joiner, pskSecret);
  const encoded = encode(groupContext, context);
  return fromEpochSecret(suite, expandWithLabel(suite, member, 'epoch', encoded, suite.hash.size));
}

/** The secrets that derive from the epoch secret: drawn at random, it begins a group (section 11). */
export function fromEpochSecret(suite: CipherSuite, epochSecret: Uint8Array): EpochSecrets {
  const secret = (label: string): Uint8Array => deriveSecret(suite, epochSecret, label);
  return {
    senderDataSecret: secret('sender data'),
    encryptionSecret: secret('encryption'),
    exporterSecret: secret('exporter'),
    externalSecret: secret('external'),
    confirmationKey: secret('confirm'),
    membershipKey: secret('membership'),
    resumptionPsk: secret('resumption'),
    epochAuthenticator: secret('authentication'),
    initSecret: secret('init'),
  };
}

/** The key pair to which an external Commit seals its init secret (section 8.3). */
export function externalKeyPair(suite: CipherSuite, externalSecret: Uint8Array): Maybe<KeyPair> {
  return suite.kem.deriveKeyPair(externalSecret);
}

/** MLS-Exporter (section 8.5). */
export function mlsExporter(
  suite: CipherSuite,
  exporterSecret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const secret = deriveSecret(suite, exporterSecret, label);
  return expandWithLabel(suite, secret, 'exported', suite.hash.digest(context), length);
}

/** The init secret of an external Commit, as it is exported by HPKE on both sides (section 8.3). */
export const EXTERNAL_INIT = 'MLS 1.0 external init secret';
