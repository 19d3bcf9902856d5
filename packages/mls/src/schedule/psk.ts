/** Pre-shared keys (RFC 9420 section 8.4). */

import { extract } from '@polynya/crypto/hkdf';
import {
  encode,
  enumeration,
  type Infer,
  opaque,
  select,
  struct,
  uint8,
  uint16,
  uint64,
} from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { expandWithLabel } from '../crypto/labels.ts';
import { noSecret } from './key-schedule.ts';

export const pskUsage = enumeration(uint8, { application: 1, reinit: 2, branch: 3 });

export const preSharedKeyId = select('kind', enumeration(uint8, { external: 1, resumption: 2 }), {
  external: struct({ pskId: opaque, pskNonce: opaque }),
  resumption: struct({ usage: pskUsage, pskGroupId: opaque, pskEpoch: uint64, pskNonce: opaque }),
});
export type PreSharedKeyId = Infer<typeof preSharedKeyId>;

const pskLabel = struct({ id: preSharedKeyId, index: uint16, count: uint16 });

export interface PreSharedKey {
  readonly id: PreSharedKeyId;
  readonly psk: Uint8Array;
}

/** psk_secret: all of them in one, in the order in which they are proposed. */
export function pskSecret(suite: CipherSuite, psks: readonly PreSharedKey[]): Uint8Array {
  let secret = noSecret(suite);
  for (const [index, { id, psk }] of psks.entries()) {
    const label = encode(pskLabel, { id, index, count: psks.length });
    const prk = extract(suite.hash, noSecret(suite), psk);
    const input = expandWithLabel(suite, prk, 'derived psk', label, suite.hash.size);
    secret = extract(suite.hash, input, secret);
  }
  return secret;
}
