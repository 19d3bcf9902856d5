/** What an operation on a group needs from outside: randomness, the time, and who is whom. */

import type { Maybe, Random } from '@polynya/crypto/primitives';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { MlsError } from '../mls-error.ts';
import type { PreSharedKeyId } from '../schedule/psk.ts';
import type { RatchetLimits } from '../schedule/ratchet.ts';
import type { Credential, LeafNode } from '../tree/leaf-node.ts';

/** RFC 9750's Authentication Service (RFC 9420 section 5.3.1). There is no default, and none that accepts all. */
export interface CredentialAuthority {
  /** Does this credential stand for whoever holds this signature key? */
  accepts(credential: Credential, signatureKey: Uint8Array): Maybe<boolean>;
  /** May the member of a leaf go on under another credential or signature key? */
  mayBecome(before: LeafNode, after: LeafNode): Maybe<boolean>;
  /** May whoever has this leaf replace it by an external Commit? Section 12.2: only the same client. */
  mayResync(before: LeafNode, after: LeafNode): Maybe<boolean>;
}

export interface Environment {
  readonly suite: CipherSuite;
  readonly authority: CredentialAuthority;
  readonly random: Random;
  /** When what is judged was said, by which lifetimes are: seconds since 1970. null: nobody knows, and they are not. */
  readonly now: number | null;
  /** What the own clock says, by which keys are kept and forgotten: seconds since 1970. */
  readonly clock: number;
  readonly limits: RatchetLimits;
  /** Epochs before the current one whose messages still open, and for how many seconds. */
  readonly past: { readonly epochs: number; readonly seconds: number };
  /** Pre-shared keys that the group does not hold itself: external ones, and resumption keys of other groups. */
  readonly psk?: (id: PreSharedKeyId) => Maybe<Uint8Array | undefined>;
}

/** Asks the authentication service. @throws MlsError `no-verdict` if it fails to answer */
export async function verdict(ask: () => Maybe<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (cause) {
    throw new MlsError('no-verdict', 'no-verdict', { cause });
  }
}
