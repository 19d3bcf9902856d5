/** What a bridge keeps: one secret, from which its paths follow, and its own certificate. Who loses them has another bridge. */
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@polynya/reach/clock';
import { StorageError } from '../engine/engine.ts';
import { createFile } from '../kept/durable-file.ts';
import { makeDataDir } from '../kept/server-state.ts';
import { selfSigned } from './self-signed.ts';

const SECRET = 32;

/** Long enough for a machine of that age. */
const CERTIFICATE_DAYS = 3_650;

export interface OwnCertificate {
  /** PEM, both. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** What lines of this bridge end with, for it is known by that alone. */
  readonly pin: string;
}

/** Reads the bridge's own certificate in a folder, or makes both on the first start. @throws StorageError */
export function loadOwnCertificate(folder: string, host: string): OwnCertificate {
  makeDataDir(folder);
  const [certPath, keyPath] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  try {
    if (!existsSync(certPath)) {
      const { cert, key } = selfSigned(host, CERTIFICATE_DAYS);
      createFile(keyPath, Buffer.from(key));
      createFile(certPath, Buffer.from(cert));
    }
    const [cert, key] = [readFileSync(certPath), readFileSync(keyPath)];
    const hash = createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url');
    return { cert, key, pin: `#sha256=${hash}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The certificate in ${folder} cannot be used (${why}).`;
    throw new StorageError('unavailable', message, error);
  }
}

/** Reads the secret in a folder, or makes both on the first start. @throws StorageError */
export function loadBridgeSecret(folder: string, random: Random): Uint8Array {
  makeDataDir(folder);
  const path = join(folder, 'bridge-secret');
  try {
    if (!existsSync(path)) createFile(path, Buffer.from(random(SECRET)));
    const secret = new Uint8Array(readFileSync(path));
    if (secret.length === SECRET) return secret;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StorageError('unavailable', `The file ${path} cannot be used (${why}).`, error);
  }
  throw new StorageError(
    'corrupt',
    `The file ${path} is damaged: restore it from a backup, or delete it and give the new lines to those whose servers this bridge leads to.`,
  );
}
