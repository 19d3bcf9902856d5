/**
 * The release of the page that is served, signed by the host's release key (ECDSA over P-256, FIPS 186-5): browsers
 * that have the page take no other one. The key is made at the first start, in the data folder.
 */
import { type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { loadP256Key, publicPoint } from '../kept/p256-key.ts';

/** Nothing else is ever signed with this before it. */
const CONTEXT = 'polynya release v1\n';
export const RELEASE_KEY = 'release-key.pem';

/** Reads the key, or makes it on the first start. @throws StorageError */
export function loadReleaseKey(dataDir: string): KeyObject {
  return loadP256Key(join(dataDir, RELEASE_KEY), 'release key');
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
