/** Where other devices find a server that was given a certificate but no public URL. */
import { X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/** The first name or address that the certificate vouches for (RFC 5280 subjectAltName), else this machine's own. */
export function reachableHost(certificate: string | Buffer): string {
  return nameIn(certificate) ?? ownAddress() ?? 'localhost';
}

function nameIn(pem: string | Buffer): string | undefined {
  try {
    const names = new X509Certificate(pem).subjectAltName?.split(', ') ?? [];
    const found = names
      .map((name) => /^(?:DNS|IP Address):([^*"]+)$/.exec(name)?.[1])
      .find((name) => name !== undefined);
    return found?.includes(':') ? `[${found}]` : found;
  } catch (error) {
    // Whoever starts the server says that it cannot be used.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
}
