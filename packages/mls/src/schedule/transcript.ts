/** Transcript hashes and the confirmation tag (RFC 9420 sections 8.2 and 6.1): that all saw the same Commits. */
import { concat } from '@polynya/crypto/bytes';
import { encode, opaque, struct } from '../codec/codec.ts';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { framedContent, type SignedContent, wireFormat } from '../framing/framed-content.ts';

const confirmedInput = struct({ wireFormat, content: framedContent, signature: opaque });

/** `commit` is the authenticated Commit that ends the epoch of `interimBefore`. */
export function confirmedTranscriptHash(
  { hash }: CipherSuite,
  interimBefore: Uint8Array,
  { wireFormat, content, signature }: Omit<SignedContent, 'confirmationTag'>,
): Uint8Array {
  return hash.digest(
    concat(interimBefore, encode(confirmedInput, { wireFormat, content, signature })),
  );
}

export function interimTranscriptHash(
  { hash }: CipherSuite,
  confirmed: Uint8Array,
  confirmationTag: Uint8Array,
): Uint8Array {
  return hash.digest(concat(confirmed, encode(opaque, confirmationTag)));
}

export function confirmationTag(
  { hash }: CipherSuite,
  confirmationKey: Uint8Array,
  confirmed: Uint8Array,
): Uint8Array {
  return hash.hmac(confirmationKey, confirmed);
}
