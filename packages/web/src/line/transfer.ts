/**
 * How much of a long file comes to a page, and how fast. A page sees no byte of a TLS record before the record is whole,
 * so the file is asked for in pieces that grow as long as they come at once: what stops, or trickles, shows by small ones.
 */
import type { Transfer } from '@polynya/messenger/line/diagnosis';

/** Of the first piece, and of all: enough to meet what freezes connections, and to see a rate behind a first burst. In bytes. */
const FIRST = 2_048;
const ENOUGH = 120_000;
/** What comes first says nothing of a line's rate: what meters lines lets a burst through. In bytes. */
const BURST = 40_000;
/** A piece that came within this came at once; all that took longer than that had no burst, or is over it. In ms. */
const AT_ONCE = 1_000;
const LONG = 5_000;
/** The most that is waited for all of it, in ms. */
const LONGEST = 12_000;

export interface TransferPorts {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** ms, never set back. */
  steady(): number;
  /** For how long a piece may not come, in ms; the first, which waits for a connection, twice as long. */
  readonly patience: number;
}

interface Come {
  readonly at: number;
  readonly bytes: number;
}

/** Rejects where it cannot be asked for. @param url where the page came from */
export async function transferOf(url: string, ports: TransferPorts): Promise<Transfer> {
  const began = ports.steady();
  const come: Come[] = [];
  let [size, bytes, tried] = [FIRST, 0, 0];
  for (let now = began; bytes < ENOUGH && now - began < LONGEST; ) {
    const got = await piece(url, bytes, size, ports);
    // It may have gone by a connection that was there before, and froze long ago: once more, by another.
    if (got === null && bytes === 0 && tried++ === 0) continue;
    if (got === null) return { bytes, bitsPerSecond: null, stalled: true };
    const then = now;
    now = ports.steady();
    bytes += got;
    come.push({ at: now, bytes });
    if (got !== size) break;
    if (now - then < AT_ONCE) size *= 2;
  }
  return { bytes, bitsPerSecond: rateOf(began, come), stalled: false };
}

/** How long it is; null if it does not come in time. Rejects where it fails at once. */
async function piece(
  url: string,
  from: number,
  size: number,
  ports: TransferPorts,
): Promise<number | null> {
  const signal = AbortSignal.timeout(from === 0 ? 2 * ports.patience : ports.patience);
  try {
    // By its range, so that it comes uncompressed and its bytes are those of the line.
    const headers = { range: `bytes=${from}-${from + size - 1}` };
    const answer = await ports.fetch(url, { headers, cache: 'no-store', signal });
    return answer.ok ? (await answer.arrayBuffer()).byteLength : 0;
  } catch (error) {
    if (signal.aborted || from > 0) return null;
    throw error;
  }
}

/** In bits per second; null for what was little and soon over. */
function rateOf(began: number, come: readonly Come[]): number | null {
  const end = come.at(-1);
  if (!end) return null;
  const behind = come.find(({ bytes }) => bytes >= BURST);
  if (behind === end || (!behind && end.at - began < LONG)) return null;
  const start = behind ?? { at: began, bytes: 0 };
  return end.at > start.at ? ((end.bytes - start.bytes) * 8_000) / (end.at - start.at) : null;
}
