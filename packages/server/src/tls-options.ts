/** How the program speaks TLS: as nginx does that was told nothing but its certificate, so that it looks like most of the web. */
import type { TlsOptions } from 'node:tls';

/** PEM. */
export interface Tls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** A certificate that may be followed by others. */
export interface Certified extends Tls {
  /** Says once whom to tell of the next. */
  readonly renewed?: (tell: (next: Tls) => void) => void;
  /** The certificate of a challenge that is under way, for a client that asks for nothing else (RFC 8737). */
  readonly challenge?: (name: string) => Tls | undefined;
}

/** What nginx's `HIGH:!aNULL:!MD5` means, which leaves the choice to the client. */
const CIPHERS = 'HIGH:!aNULL:!MD5';

/** For `tls.createServer` and `https.createServer`. */
export function tlsOptions({ cert, key }: Tls): TlsOptions {
  return {
    cert,
    key,
    ciphers: CIPHERS,
    honorCipherOrder: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1', 'http/1.0', 'http/0.9'],
    sessionTimeout: 300,
  };
}
