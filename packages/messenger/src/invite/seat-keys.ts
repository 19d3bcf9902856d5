/**
 * The KeyPackage of a seat: a function of the invite's secret and the seat's credential, so that whoever has
 * the link makes the same one again (docs/protocol.md section 7).
 */
import type { Engine, OwnKeyPackage } from '@polynya/mls/engine';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { seatSecrets } from '@polynya/protocol/seat-secrets';
import { credentialHolds, decodeCredential, seatCredential } from '../identity/credential.ts';
import type { Self } from '../identity/self.ts';

/** A seat's KeyPackage lives from so many seconds before its end: an invite's week, and a day for wrong clocks. */
const LIFETIME = 8 * 86_400;

/** By the inviter. `until` in seconds since 1970. */
export async function makeSeat(
  engine: Engine,
  self: Self,
  secret: Uint8Array,
  until: number,
): Promise<{ own: OwnKeyPackage; credential: Uint8Array; signatureKey: Uint8Array }> {
  let made: { credential: Uint8Array; signatureKey: Uint8Array } | undefined;
  const own = await engine.keyPackage({
    seed: seatSecrets(secret).keys,
    notBefore: until - LIFETIME,
    notAfter: until,
    credential: async (signatureKey) => {
      const credential = await seatCredential(self.inviter, until, signatureKey);
      made = { signatureKey, credential };
      return credential;
    },
  });
  if (!made) throw new Error('the engine asked for no credential');
  return { own, ...made };
}

/** By whoever opened the link. @throws ProtocolError 'malformed' for a credential that is not this seat's */
export async function seatKeyPackage(
  engine: Engine,
  secret: Uint8Array,
  credential: Uint8Array,
): Promise<OwnKeyPackage> {
  const decoded = decodeCredential(credential);
  if (decoded.kind !== 'seat') throw new ProtocolError('malformed', 'not the credential of a seat');
  let holds = false;
  const own = await engine.keyPackage({
    seed: seatSecrets(secret).keys,
    notBefore: Math.max(0, decoded.until - LIFETIME),
    notAfter: decoded.until,
    credential: async (signatureKey) => {
      holds = await credentialHolds(decoded, signatureKey);
      return credential;
    },
  });
  if (!holds) throw new ProtocolError('malformed', 'a seat that its inviter did not sign');
  return own;
}
