/** A dead drop for a bridge: a folder in some cloud from which it takes what people leave (docs/protocol.md section 2). */
import { createHmac } from 'node:crypto';
import { COVER_KEY, Cover } from '@polynya/reach/carriers/cover';
import { type Collector, collect } from '@polynya/reach/carriers/drop/collector';
import { dropEndpoint, dropOf } from '@polynya/reach/carriers/drop/drop';
import { webdavFolder } from '@polynya/reach/carriers/drop/folder';
import { systemClock, systemRandom } from '@polynya/reach/clock';

export interface DropPlace {
  /** The folder's URL, with the name and password of who may write there. */
  readonly folder: string;
  /** Of `dropKey`. */
  readonly key: Uint8Array;
}

/** The key of a folder: the same for the same secret, so that it outlives restarts. */
export function dropKey(secret: Uint8Array, folder: string): Uint8Array {
  const mac = createHmac('sha256', secret).update(`polynya drop ${folder}`).digest();
  return mac.subarray(0, COVER_KEY);
}

/** What the server is told of it. */
export function dropLine({ folder, key }: DropPlace): string {
  return dropEndpoint(folder, key);
}

/** Whether this is a whole line as a bridge with a folder prints one. */
export function isDropLine(line: string): boolean {
  return dropOf(line) !== null;
}

/** Looks into the folder until it is closed. */
export function startDrop(
  { folder, key }: DropPlace,
  carryOut: (body: Uint8Array) => Promise<Uint8Array | null>,
): Collector {
  const cover = new Cover(key, systemRandom);
  return collect({ folder: webdavFolder(folder), cover, clock: systemClock, carryOut });
}
