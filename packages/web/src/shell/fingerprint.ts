/** A release key as people compare it. */
import { bytesOf } from './release.ts';

/** The first half of its SHA-256, in groups of four hexadecimal digits. */
export async function fingerprint(key: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(key)));
  const hex = [...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replaceAll(/....(?=.)/g, '$& ');
}
