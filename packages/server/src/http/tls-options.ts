/**
 * How the program speaks TLS: as nginx does that was told nothing but its certificate, so that it looks like most of
 * the web; and the answer to challenges over TLS itself (RFC 8737).
 */
import { constants } from 'node:crypto';
import { createSecureContext, type TLSSocket, type TlsOptions } from 'node:tls';

/** PEM. */
export interface Tls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** A certificate that others may follow. */
export interface Certified extends Tls {
  /** `tell` hears of each that follows. */
  readonly renewed?: (tell: (next: Tls) => void) => void;
  /** What to show, for a moment, to an authority that checks whose this name is. */
  readonly challenge?: (name: string) => Tls | undefined;
}

/** nginx's own words for what it takes; the client chooses. */
const CIPHERS = 'HIGH:!aNULL:!MD5';
const PROTOCOLS = ['http/1.1', 'http/1.0', 'http/0.9'];
const CHALLENGED = 'acme-tls/1';

/** Its servers: of `node:tls` or `node:https`. */
export interface TlsServer {
  setSecureContext(options: TlsOptions): void;
}

/** Makes a server by `create`, which is given what to tell `createServer`, and keeps its certificate new. */
export function withTls<T extends TlsServer>(
  tls: Certified,
  create: (options: TlsOptions) => T,
): T {
  const { challenge } = tls;
  const server = create({
    ...settings(tls),
    sessionTimeout: 300,
    ...(challenge ? answering(challenge) : { ALPNProtocols: PROTOCOLS }),
  });
  tls.renewed?.((next) => server.setSecureContext(settings(next)));
  return server;
}

/** As without challenges, but to an authority, which asks for their protocol alone (RFC 8737 section 3). */
function answering(challenge: NonNullable<Certified['challenge']>): TlsOptions {
  return {
    ALPNCallback(this: TLSSocket, { servername, protocols }) {
      const asks = protocols.length === 1 && protocols[0] === CHALLENGED;
      // Who sends no SNI has `false` for a name, whatever Node's types say.
      const asked = asks && servername ? challenge(servername) : undefined;
      if (!asked) return PROTOCOLS.find((each) => protocols.includes(each));
      this.setKeyCert(createSecureContext(settings(asked)));
      return CHALLENGED;
    },
  };
}

function settings({ cert, key }: Tls) {
  // Who asks for another handshake on the same connection gets none, nor does it cost anything then.
  const secureOptions = constants.SSL_OP_NO_RENEGOTIATION;
  const asNginx = { ciphers: CIPHERS, honorCipherOrder: false, minVersion: 'TLSv1.2' } as const;
  return { cert, key, ...asNginx, secureOptions };
}
