/** A part of the page comes over lines that freeze, from hosts of which some are dead or lie. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Openings } from '@polynya/messenger/line/shared-openings';
import { expect, test } from 'vitest';
import { type FetchPorts, fetchPart } from './part-fetch.ts';
import type { Part } from './release.ts';
import { PartGone, type Slice } from './slicing.ts';
import { Turns } from './turns.ts';

/** Nothing that gzip makes smaller, the same in each run. */
const body = new Uint8Array(90_000);
for (let at = 0, state = 1; at < body.length; at++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  body[at] = state >>> 24;
}
const gzip = gzipSync(body);
const part: Part = {
  id: createHash('sha256').update(body).digest('base64url'),
  gzip: gzip.length,
  files: [['a.js', body.length]],
};
const OWN = 'https://own.example/';

interface Host {
  /** Bytes after which a connection goes silent. */
  readonly freezes?: number;
  readonly lies?: boolean;
  readonly dead?: boolean;
  /** Nobody is there for so many ms. */
  readonly restarts?: number;
  /** Before its first byte comes so many ms pass. */
  readonly shakes?: number;
  /** It serves another release. */
  readonly without?: boolean;
}

/** Hosts, and time that passes as fast as everybody waits. */
function world(hosts: Readonly<Record<string, Host>>, frozen = false) {
  let now = 0;
  const waiting: { readonly until: number; readonly go: () => void }[] = [];
  const pass = () => {
    waiting.sort((a, b) => a.until - b.until);
    const next = waiting.shift();
    if (!next) return;
    now = Math.max(now, next.until);
    next.go();
  };
  const asked: string[] = [];
  const froze: number[] = [];
  const slices = new Map<number, Slice>();
  const ports: FetchPorts = {
    async get(url, signal) {
      asked.push(url);
      const base = Object.keys(hosts).find((each) => url.startsWith(each)) ?? '';
      const { freezes = Number.POSITIVE_INFINITY, restarts = 0, ...host } = hosts[base] ?? {};
      const { lies, dead, without, shakes = 0 } = host;
      if (shakes > 0) await ports.pause(shakes);
      if (dead || now < restarts) throw new TypeError('Failed to fetch');
      if (without) return new Response('', { status: 404 });
      const [, named] = /\/([\d_-]+)$/.exec(url) ?? [];
      const ranges = named?.split('_').map((range) => range.split('-').map(Number));
      const bytes = ranges
        ? Buffer.concat(ranges.map(([from, end]) => gzip.subarray(from, end)))
        : body;
      const sent = lies ? new Uint8Array(bytes.length) : bytes.slice(0, freezes);
      return new Response(
        new ReadableStream({
          start(stream) {
            stream.enqueue(new Uint8Array(sent));
            if (sent.length === bytes.length) stream.close();
            else signal.addEventListener('abort', () => stream.error(signal.reason));
          },
        }),
      );
    },
    steady: () => now,
    pause: (ms) =>
      new Promise((go) => {
        waiting.push({ until: now + ms, go });
        // What can go on without waiting goes on first.
        setTimeout(pass, 5);
      }),
    turns: new Turns(new Openings(), 4, () => now),
    kept: async () => [...slices.values()],
    keep: async (_, slice) => void slices.set(slice.offset, slice),
    forget: async () => slices.clear(),
    frozen,
    froze: () => void froze.push(now),
    progress: () => undefined,
  };
  return { ports, asked, froze, slices, seconds: () => now / 1_000 };
}

test('on a line where nothing is done, its files come as they are', async () => {
  const { ports, asked } = world({ [OWN]: {} });
  // However long a loaded machine takes for it.
  const timeless = { ...ports, steady: () => 0, pause: () => new Promise<void>(() => undefined) };
  expect(await fetchPart(part, [OWN], timeless)).toEqual(body);
  expect(asked).toEqual([`${OWN}a.js`]);
});

test('where connections freeze, slices come from all hosts, at a pace that counters of connections bear', async () => {
  const others = ['https://b.example/x/', 'https://c.example/y/'];
  const hosts = Object.fromEntries([OWN, ...others].map((base) => [base, { freezes: 7_000 }]));
  const { ports, asked, froze, seconds } = world(hosts);
  expect(await fetchPart(part, [OWN, ...others], ports)).toEqual(body);
  expect(froze).toHaveLength(1);
  for (const base of [OWN, ...others]) {
    const count = asked.filter((url) => url.startsWith(base)).length;
    expect(count).toBeGreaterThan(1);
    expect(count).toBeLessThanOrEqual(4 * Math.ceil(seconds() / 60 + 1));
  }
});

test('while its host restarts nothing is taken for frozen, and its files come as soon as it is back, whatever else connected', async () => {
  const { ports, froze, seconds } = world({ [OWN]: { restarts: 6_000 } });
  for (let each = 0; each < 4; each++) ports.turns.take('own.example');
  expect(await fetchPart(part, [OWN], ports)).toEqual(body);
  // In slices, at their pace, it takes ten minutes.
  expect(seconds()).toBeLessThan(120);
  expect(froze).toEqual([]);
});

test('what came before a connection froze is not asked for again, and a connection brings as much as it lets through', async () => {
  const others = ['https://b.example/x/', 'https://c.example/y/'];
  const hosts = Object.fromEntries([OWN, ...others].map((base) => [base, { freezes: 9_000 }]));
  const { ports, asked } = world(hosts, true);
  expect(await fetchPart(part, [OWN, ...others], ports)).toEqual(body);
  expect(asked.length).toBeLessThanOrEqual(Math.ceil(gzip.length / 9_000) + 2);
});

test('where little passes, little is asked for', async () => {
  const { ports } = world({ [OWN]: { freezes: 4_000 } }, true);
  expect(await fetchPart(part, [OWN], ports)).toEqual(body);
});

test('a line that takes ten seconds for a handshake is no host that says nothing', async () => {
  const { ports } = world({ [OWN]: { shakes: 10_000 } }, true);
  expect(await fetchPart(part, [OWN], ports)).toEqual(body);
});

test('what came before a browser ended the worker is not asked for again', async () => {
  const first = world({ [OWN]: {} }, true);
  await fetchPart(part, [OWN], first.ports);
  const again = world({ [OWN]: { dead: true } }, true);
  for (const slice of first.slices.values()) again.slices.set(slice.offset, slice);
  expect(await fetchPart(part, [OWN], again.ports)).toEqual(body);
  expect(again.asked).toEqual([]);
});

test('a dead host holds nothing up, and one that lies is found out by the hash', async () => {
  const [dead, liar] = ['https://dead.example/', 'https://liar.example/'];
  const { ports } = world({ [OWN]: {}, [dead]: { dead: true }, [liar]: { lies: true } }, true);
  expect(await fetchPart(part, [OWN, dead, liar], ports)).toEqual(body);
});

test('a part that no host has any more is found gone, also where some are dead or silent', async () => {
  const [other, dead] = ['https://b.example/', 'https://dead.example/'];
  const gone = { without: true };
  const stood: Readonly<Record<string, Host>>[] = [
    { [OWN]: gone },
    { [OWN]: gone, [other]: gone, [dead]: { dead: true } },
    { [OWN]: { dead: true }, [other]: gone },
    { [OWN]: { freezes: 0 }, [other]: gone },
  ];
  for (const hosts of stood) {
    const { ports } = world(hosts);
    await expect(fetchPart(part, Object.keys(hosts), ports)).rejects.toThrow(PartGone);
  }
});

test('the page’s own host is not asked for slices of a part that it does not have', async () => {
  const { ports, asked } = world({ [OWN]: { without: true } });
  for (let each = 0; each < 4; each++) ports.turns.take('own.example');
  await expect(fetchPart(part, [OWN], ports)).rejects.toThrow(PartGone);
  expect(asked).toEqual([`${OWN}a.js`]);
});

test('a part is not given up while some host may have it', async () => {
  const other = 'https://b.example/';
  const { ports } = world({ [OWN]: { without: true }, [other]: { freezes: 5_000 } }, true);
  expect(await fetchPart(part, [OWN, other], ports)).toEqual(body);
});
