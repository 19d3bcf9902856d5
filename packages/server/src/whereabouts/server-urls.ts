/** The addresses of a server: where it listens, and what is behind a secret path. */
import { createHmac } from 'node:crypto';
import { SESSION_PATH } from '../http/http-server.ts';

/** A host that means every address is reached on this machine by the local one. */
export function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** An endpoint as it is below the secret path of a server that has one. */
export function behind(endpoint: string, below: string): string {
  return endpoint.replace(/\/s$/, `${below}${SESSION_PATH}`);
}

/** 192 bits that nobody guesses, the same at every start. */
export function hostPath(handleKey: Uint8Array): string {
  const mac = createHmac('sha256', handleKey).update('polynya host page').digest();
  return `/host/${mac.toString('base64url').slice(0, 32)}`;
}
