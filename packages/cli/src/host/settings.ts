/** What a host may say on the command line or in the environment, read and checked. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure, systemCode } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** Of one invite (docs/protocol.md, `grant`). */
export const mostUses = 1_000;
/** Days. */
export const longestInvite = 366;

/** The built page. */
export const pageFolder = join(root, 'packages', 'web', 'dist');

/** `--data`, else POLYNYA_DATA, else `.polynya` in the project. */
export function dataFolder(given: string | undefined, env: Terminal['env']): string {
  return resolve(given ?? (env.POLYNYA_DATA || join(root, '.polynya')));
}

/**
 * The certificate and the key of `--tls CERT KEY`, both PEM; undefined without it.
 * @throws Failure if one is missing or cannot be read
 */
export function readTls(
  cert: string | undefined,
  key: string | undefined,
): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new Failure('TLS takes two files: --tls CERT KEY', 2);
  }
  return { cert: readPem('certificate', cert), key: readPem('key', key) };
}

function readPem(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new Failure(`The ${what} ${path} ${why}.`, 1, error);
  }
}

/**
 * URLs at which others reach this server, without what comes after the path's last slash.
 * @throws Failure for anything but http and https
 */
export function publicUrls(given: readonly string[]): string[] {
  return given.map((each) => {
    const url = URL.canParse(each) ? new URL(each) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
      throw new Failure(`--public takes a URL like https://example.org, not "${each}".`, 2);
    }
    return url.href.replace(/\/+$/, '');
  });
}
