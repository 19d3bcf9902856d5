/** A private key on P-256 (FIPS 186-5) in a file of the data folder, made when it is first asked for. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { StorageError } from '../engine/engine.ts';
import { createFileOnce } from './durable-file.ts';

/** @param what it is called in a sentence to the host @throws StorageError */
export function loadP256Key(path: string, what: string): KeyObject {
  try {
    if (!existsSync(path)) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      // Of processes that start together one makes it for all.
      createFileOnce(path, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    }
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError('unavailable', `The ${what} ${path} cannot be used (${why}).`, cause);
  }
  throw new StorageError(
    'corrupt',
    `The ${what} ${path} is none for P-256: restore it from a backup.`,
  );
}

/** The public key: an uncompressed point (SEC 1, section 2.3.3) in base64url. */
export function publicPoint(key: KeyObject): string {
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return Buffer.concat(point).toString('base64url');
}
