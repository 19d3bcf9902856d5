/** How much comes over one connection, and how fast: the page's own files, as anybody's browser asks for them. */
import { Agent, type RequestOptions, request } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Transfer } from '@polynya/messenger/line/diagnosis';

const FIRST_FILE = /<meta\s+name="build"\s+content="([\w.-]+\.js)"/;
/** Enough to see a line freeze, or its rate behind a first burst, in bytes. */
const WANTED = 120_000;
/** The first bytes say nothing of a line's rate: what meters lines lets a burst through. */
const BURST = 40_000;
/** The most that is waited for the first byte, ms. */
const FIRST = 12_000;
/** Silence after which nothing more will come, and the most that is waited for all of it once it has begun, ms. */
const SILENCE = 5_000;
const LONGEST = 12_000;

/** @param at where a server that answers by TLS has its page; null if nothing of a page can be had there */
export async function measureTransfer(at: string): Promise<Transfer | null> {
  const meter = new Meter();
  const agent = new MeteredAgent(meter);
  try {
    const page = await get(new URL(at), agent, meter);
    const found = [...page.matchAll(/(?:src|href)="(\/?[\w./-]+\.(?:js|css))"/g)];
    // Polynya's page names its first file, and loads it in slices: whole it is long enough to measure by.
    const first = FIRST_FILE.exec(page)?.[1];
    const files = [
      ...found.flatMap(([, path]) => path ?? []),
      ...(first ? [`assets/${first}`] : []),
    ];
    for (let next = 0; meter.bytes < WANTED && files.length > 0; next++) {
      const path = files[next % files.length] ?? '/';
      await get(new URL(path, at), agent, meter);
    }
  } catch (error) {
    // Cut off or given up: what came by then is the measurement.
    if (!(error instanceof Error)) throw error;
    if (meter.bytes === 0) return null;
  } finally {
    meter.end();
    agent.destroy();
  }
  return meter.transfer();
}

/** One connection whose bytes are counted below TLS: on a slow line a TLS record takes many seconds to be whole. */
class MeteredAgent extends Agent {
  readonly #meter: Meter;

  constructor(meter: Meter) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#meter = meter;
  }

  override createConnection({ host, port }: RequestOptions): Socket {
    const name = host ?? '';
    const raw = connectTcp({ host: name, port: Number(port) });
    this.#meter.watch(raw);
    return connectTls({ host: name, socket: raw, ...(isIP(name) === 0 && { servername: name }) });
  }
}

/** How often bytes are counted, in ms. */
const TICK = 100;

class Meter {
  readonly #began = performance.now();
  readonly #times: { at: number; bytes: number }[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  bytes = 0;

  watch(socket: Socket): void {
    clearInterval(this.#timer);
    const before = this.bytes;
    this.#timer = setInterval(() => {
      const bytes = before + socket.bytesRead;
      if (bytes > this.bytes) this.#times.push({ at: performance.now(), bytes });
      this.bytes = Math.max(bytes, this.bytes);
    }, TICK);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** Whether nothing has come for long. */
  get silent(): boolean {
    const last = this.#times.at(-1);
    return performance.now() - (last?.at ?? this.#began) >= (last ? SILENCE : FIRST);
  }

  /** Whether it has been coming for long. */
  get long(): boolean {
    const [first] = this.#times;
    return first !== undefined && performance.now() - first.at >= LONGEST;
  }

  transfer(): Transfer {
    const stalled = this.bytes < WANTED && this.silent;
    return { bytes: this.bytes, bitsPerSecond: stalled ? null : this.#rate(), stalled };
  }

  /** Behind the burst; over all of it when that is slow enough to have had none; null for what was little and soon over. */
  #rate(): number | null {
    const end = this.#times.at(-1);
    if (!end) return null;
    const behind = this.#times.find(({ bytes }) => bytes >= BURST);
    if (!behind && end.at - this.#began < SILENCE) return null;
    const start = behind ?? { at: this.#began, bytes: 0 };
    const seconds = (end.at - start.at) / 1_000;
    return seconds > 0 ? Math.round(((end.bytes - start.bytes) * 8) / seconds) : null;
  }
}

function get(url: URL, agent: Agent, meter: Meter): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'identity', 'cache-control': 'no-cache' };
    const outgoing = request(url, { agent, headers });
    const watch = setInterval(() => {
      if (meter.long) outgoing.destroy(new Error('long enough'));
      if (meter.silent) outgoing.destroy(new Error('silent'));
      if (meter.bytes >= WANTED) outgoing.destroy(new Error('enough'));
    }, TICK);
    outgoing.on('error', reject);
    outgoing.on('close', () => clearInterval(watch));
    outgoing.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      response.on('error', reject);
    });
    outgoing.end();
  });
}
