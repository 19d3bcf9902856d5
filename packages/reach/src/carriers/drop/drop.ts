/** The carrier by a dead drop, loaded only where a line needs it. Node only. */
import { type Bytes, fromBase64url, toBase64url } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Clock, Random } from '../../clock.ts';
import type { CarrierFactory } from '../carrier.ts';
import type { Folder } from './folder.ts';

/** Of a body in the folder, and of an answer; and what ends their names. */
export const DROPPED = { most: 1_200_000, up: '.u', down: '.d' };

/** How long one request to the folder may take, in ms. */
export const REQUEST = 30_000;

/** The folder of an endpoint and its key: `drop:https://name:password@cloud.example/folder#key=…`; null for any other. */
export function dropOf(endpoint: string): { readonly folder: string; readonly key: Bytes } | null {
  const [, folder = '', key = ''] = /^drop:(https?:[^#]+)#key=([\w-]{22})$/.exec(endpoint) ?? [];
  try {
    return URL.canParse(folder) ? { folder, key: fromBase64url(key) } : null;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** @param key 16 bytes */
export function dropEndpoint(folder: string, key: Uint8Array): string {
  return `drop:${folder}#key=${toBase64url(key)}`;
}

/** @param folderAt how a folder is reached; by WebDAV if nothing is said */
export function dropCarrier(
  clock: Clock,
  random: Random,
  folderAt?: (url: string) => Folder,
): CarrierFactory {
  return {
    kind: 'drop',
    takes: (endpoint) => dropOf(endpoint) !== null,
    last: true,
    open: async (endpoint, signal) => {
      const found = dropOf(endpoint);
      if (!found) throw new Error('not a dead drop');
      const [{ DropCarrier }, { Cover }, { webdavFolder }] = await Promise.all([
        import('./client.ts'),
        import('../cover.ts'),
        import('./folder.ts'),
      ]);
      const folder = (folderAt ?? webdavFolder)(found.folder);
      await folder.list(signal);
      signal.throwIfAborted();
      return new DropCarrier({ folder, cover: new Cover(found.key, random), clock, random });
    },
  };
}
