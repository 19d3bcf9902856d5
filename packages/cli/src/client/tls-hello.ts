/**
 * What this program's TLS hello offers: what OpenSSL offers by itself (RFC 8446 section 4.1.2), as all programs do that
 * leave it alone, so that it is not told apart by Node's own list. Everything else in it is OpenSSL's anyway: with the
 * list of a browser it would be a hello that nobody else has.
 */
import tls from 'node:tls';

/** Node's own list, for looking at what is done to those who use it. */
export const NODES_CIPHERS = tls.DEFAULT_CIPHERS;

/** For all connections of this process that begin from now on. */
export function offerCommonCiphers(): void {
  tls.DEFAULT_CIPHERS = 'DEFAULT';
}
