/** How much comes over one connection, and how fast: the page's own files, as anybody's browser asks for them. */
import { Agent, request } from 'node:https';
import type { Transfer } from '@polynya/messenger/line/diagnosis';

/** Enough to see a line freeze, or its rate behind a first burst, in bytes. */
const WANTED = 120_000;
/** The first bytes say nothing of a line's rate: what meters lines lets a burst through. */
const BURST = 40_000;
/** Silence after which nothing more will come, and the most that is waited for all of it, ms. */
const SILENCE = 5_000;
const LONGEST = 12_000;

/** @param origin of an endpoint that answers by TLS; null if nothing of a page can be had there */
export async function measureTransfer(origin: string): Promise<Transfer | null> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const meter = new Meter();
  try {
    const page = await get(new URL('/', origin), agent, meter);
    const found = [...page.matchAll(/(?:src|href)="(\/?[\w./-]+\.(?:js|css))"/g)];
    const files = found.flatMap(([, path]) => (path === undefined ? [] : [path]));
    for (let next = 0; meter.bytes < WANTED && files.length > 0; next++) {
      const path = files[next % files.length] ?? '/';
      await get(new URL(path, origin), agent, meter);
    }
  } catch (error) {
    // Cut off or given up: what came by then is the measurement.
    if (!(error instanceof Error)) throw error;
    if (meter.bytes === 0) return null;
  } finally {
    agent.destroy();
  }
  return meter.transfer();
}

class Meter {
  readonly #began = performance.now();
  #times: { at: number; bytes: number }[] = [];
  bytes = 0;

  count(bytes: number): void {
    this.bytes += bytes;
    this.#times.push({ at: performance.now(), bytes: this.bytes });
  }

  get left(): number {
    return Math.max(1, LONGEST - (performance.now() - this.#began));
  }

  transfer(): Transfer {
    const last = this.#times.at(-1)?.at ?? this.#began;
    const stalled = this.bytes < WANTED && performance.now() - last >= SILENCE - 500;
    return { bytes: this.bytes, bitsPerSecond: stalled ? null : this.#rate(), stalled };
  }

  /** Behind the burst; over all of it when that is slow enough to have had none. */
  #rate(): number | null {
    const end = this.#times.at(-1);
    if (!end) return null;
    const start = this.#times.find(({ bytes }) => bytes >= BURST) ?? { at: this.#began, bytes: 0 };
    const seconds = (end.at - start.at) / 1_000;
    return seconds > 0 ? Math.round(((end.bytes - start.bytes) * 8) / seconds) : null;
  }
}

function get(url: URL, agent: Agent, meter: Meter): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'identity', 'cache-control': 'no-cache' };
    const outgoing = request(url, { agent, headers, timeout: SILENCE });
    const limit = setTimeout(() => outgoing.destroy(new Error('long enough')), meter.left);
    outgoing.on('timeout', () => outgoing.destroy(new Error('silent')));
    outgoing.on('error', reject);
    outgoing.on('close', () => clearTimeout(limit));
    outgoing.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => {
        meter.count(part.length);
        parts.push(part);
        if (meter.bytes >= WANTED) outgoing.destroy(new Error('enough'));
      });
      response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      response.on('error', reject);
    });
    outgoing.end();
  });
}
