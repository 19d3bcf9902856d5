/** How much of a long file comes to a page over one connection, and how fast. */
import type { Transfer } from '@polynya/messenger/line/diagnosis';

/** Enough to meet what freezes connections, and to see a rate behind a first burst, in bytes. */
const ENOUGH = 90_000;
/** What comes first says nothing of a line's rate: what meters lines lets a burst through. In bytes. */
const BURST = 40_000;
/** What took longer than that had no burst, or is over it; and the most that is waited for all of it, in ms. */
const LONG = 5_000;
const LONGEST = 12_000;

export interface TransferPorts {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** ms, never set back. */
  steady(): number;
  /** For how long nothing may come, in ms; twice as long at first, when a connection may have to be made. */
  readonly patience: number;
}

interface Come {
  readonly at: number;
  readonly bytes: number;
}

/** Rejects where it cannot be asked for. @param url where the page came from */
export async function transferOf(url: string, ports: TransferPorts): Promise<Transfer> {
  const first = await once(url, ports);
  // It may have gone by a connection that was there before, and froze long ago: once more, by another.
  return first.bytes > 0 || !first.stalled ? first : once(url, ports);
}

async function once(url: string, ports: TransferPorts): Promise<Transfer> {
  const over = new AbortController();
  let timer = setTimeout(() => over.abort(), 2 * ports.patience);
  const began = ports.steady();
  const come: Come[] = [];
  const last = () => come.at(-1) ?? { at: began, bytes: 0 };
  let stalled = false;
  try {
    // From the first byte on: so it comes uncompressed, and in small records (server/src/http/web-files.ts).
    const headers = { range: 'bytes=0-' };
    const answer = await ports.fetch(url, { headers, cache: 'no-store', signal: over.signal });
    const reader = answer.body?.getReader();
    while (last().bytes < ENOUGH && last().at - began < LONGEST) {
      const part = await reader?.read();
      if (!part || part.done) break;
      clearTimeout(timer);
      timer = setTimeout(() => over.abort(), ports.patience);
      come.push({ at: ports.steady(), bytes: last().bytes + part.value.length });
    }
  } catch (error) {
    stalled = over.signal.aborted;
    if (!stalled && come.length === 0) throw error;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  return { bytes: last().bytes, bitsPerSecond: stalled ? null : rateOf(began, come), stalled };
}

/** In bits per second; null for what was little and soon over. */
function rateOf(began: number, come: readonly Come[]): number | null {
  const end = come.at(-1);
  if (!end) return null;
  const behind = come.find(({ bytes }) => bytes >= BURST);
  if (!behind && end.at - began < LONG) return null;
  // All at once, to a page that was not looking: by how long all of it took.
  const start = behind && behind !== end ? behind : { at: began, bytes: 0 };
  return end.at > start.at ? ((end.bytes - start.bytes) * 8_000) / (end.at - start.at) : null;
}
