/**
 * The release of the page that is served, signed by the host's release key (ECDSA over P-256, FIPS 186-5): browsers
 * that have the page take no other one. The key is made at the first start, in the data folder.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileOnce } from './durable-file.ts';
import { StorageError } from './engine.ts';

/** Nothing else is ever signed with this before it. */
const CONTEXT = 'polynya release v1\n';
export const RELEASE_KEY = 'release-key.pem';

/** Reads the key, or makes it on the first start. @throws StorageError */
export function loadReleaseKey(dataDir: string): KeyObject {
  const path = join(dataDir, RELEASE_KEY);
  try {
    if (!existsSync(path)) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      createFileOnce(path, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    }
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError(
      'unavailable',
      `The release key ${path} cannot be used (${why}).`,
      cause,
    );
  }
  throw new StorageError(
    'corrupt',
    `The release key ${path} is none for P-256: restore it from a backup.`,
  );
}

/** The public key: an uncompressed point (SEC 1, section 2.3.3) in base64url. */
export function publicPoint(key: KeyObject): string {
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return Buffer.concat(point).toString('base64url');
}

/**
 * What is served as `release.json`.
 * @param built the JSON that the build left
 * @param headers that browsers give their own copies of the page's files
 */
export function signedRelease(
  built: Buffer,
  headers: Readonly<Record<string, string>>,
  key: KeyObject,
): Buffer {
  const release = JSON.stringify({ ...JSON.parse(String(built)), headers });
  const signer = { key, dsaEncoding: 'ieee-p1363' } as const;
  const signature = sign('sha256', Buffer.from(CONTEXT + release), signer).toString('base64url');
  return Buffer.from(JSON.stringify({ key: publicPoint(key), signature, release }));
}
