/**
 * How processes of one server know each other: TLS under a key that both derive from the server's secret
 * (RFC 5489, ECDHE_PSK), so that nobody else is answered and there are no certificates to look after.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ConnectionOptions, TlsOptions } from 'node:tls';

const COMMON = {
  // Node takes keys of its user's own up to TLS 1.2.
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
} as const;
const IDENTITY = 'polynya';

/** `handleKey`: what all processes of a server share (server-keys.json). */
export const insideKey = (handleKey: Uint8Array): Buffer =>
  createHmac('sha256', handleKey).update('polynya inside').digest();

export const serverTls = (key: Buffer): TlsOptions => ({
  ...COMMON,
  pskCallback: (_, identity) => (isSame(identity) ? key : null),
});

export const clientTls = (key: Buffer): ConnectionOptions => ({
  ...COMMON,
  pskCallback: () => ({ psk: key, identity: IDENTITY }),
  // There is no certificate: whoever has the key is it.
  checkServerIdentity: () => undefined,
});

function isSame(identity: string): boolean {
  const [a, b] = [Buffer.from(identity), Buffer.from(IDENTITY)];
  return a.length === b.length && timingSafeEqual(a, b);
}
