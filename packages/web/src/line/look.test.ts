/** What a page can see of a line, and what is said of it. */
import { diagnose, Notes, type Step, type Transfer } from '@polynya/messenger/line/diagnosis';
import { expect, test } from 'vitest';
import { type LookPorts, look, type Sites } from './look.ts';
import type { Steps } from './steps.ts';

const NAME = 'https://chat.example/s';
const ADDRESS = 'https://203.0.113.10/s';
const STUN = 'stun:203.0.113.10:3478';
/** No page can use it: it fails there at once. */
const PINNED = 'https://203.0.113.12/s#sha256=AAAA';
const ENDPOINTS = [NAME, ADDRESS, PINNED, STUN, 'webrtc:203.0.113.9'];
const ALONE: Sites = { home: [], abroad: [] };
const SITES: Sites = { home: ['portal.example', 'market.example'], abroad: ['weather.example'] };
const WHOLE: Transfer = { bytes: 90_000, bitsPerSecond: 8_000_000, stalled: false };

interface Line {
  /** To URLs and, at another port, to hosts; `failed` where nothing is said. */
  readonly answers?: Readonly<Record<string, Step>>;
  /** What is said of names that nobody has. */
  readonly nobody?: Step;
  /** What a browser says by STUN: of names, and of the server's own. Null where it cannot be asked. */
  readonly known?: (name: string) => Step | null;
  readonly transfer?: Transfer;
  /** So many connections pass. */
  readonly passing?: number;
  /** A line that bears no WebSockets bears other connections. */
  readonly apart?: Step;
  readonly online?: boolean;
}

function portsOf(line: Line): LookPorts {
  const { answers = {}, nobody = 'failed', known = () => null, passing = Infinity } = line;
  let sockets = 0;
  const steps: Steps = {
    async fetch(url, apart) {
      if (apart) return line.apart ?? 'silent';
      const other = /^https:\/\/(.*):10\/$/.exec(url)?.[1];
      if (other !== undefined) return answers[other] ?? 'failed';
      return answers[url] ?? (/\/\/[0-9a-f]{8}\.example\/$/.test(url) ? nobody : 'failed');
    },
    socket: async () => (++sockets < passing ? 'failed' : 'silent'),
    stun: async (url) => known(url.split(':')[1] ?? ''),
  };
  return {
    ...{ steps, online: line.online ?? true, patience: 300, origin: 'chat.example' },
    transfer: async () => line.transfer ?? WHOLE,
    opened: () => undefined,
  };
}

/** A browser that tells names that somebody has from others. */
const has =
  (...names: readonly string[]) =>
  (name: string): Step =>
    names.includes(name) ? 'ok' : 'refused';

async function found(line: Line, reached = true, sites = ALONE) {
  const seen = await look(ENDPOINTS, sites, new Notes(), portsOf(line));
  return diagnose({ ...seen, reached });
}
const saysOf = async (line: Line, reached = true, sites = ALONE) =>
  (await found(line, reached, sites)).diagnosis;

const well = { [NAME]: 'ok', [ADDRESS]: 'ok' } as const;
const silent = { [NAME]: 'silent', [ADDRESS]: 'silent', '203.0.113.10': 'silent' } as const;

test('nothing is said of a line where all goes well', async () => {
  expect(await saysOf({ answers: well })).toBe('none');
});

test('a name that fails at once while the address answers is called removed where the browser knows no such name, and filtered where it does', async () => {
  const answers = { [ADDRESS]: 'ok' } as const;
  expect(await saysOf({ answers })).toBe('dns-removed');
  expect(await saysOf({ answers, known: has() })).toBe('dns-removed');
  expect(await saysOf({ answers, known: has('chat.example') })).toBe('name-filtered');
  // One that says the same of every name says nothing.
  expect(await saysOf({ answers, known: () => 'silent' })).toBe('dns-removed');
});

test('a name that is cut off at once is called filtered, though its address is cut off with it', async () => {
  expect(await saysOf({ known: has('chat.example') })).toBe('name-filtered');
});

test('a name that is silent while the address answers is called filtered, or removed where the resolver is silent on all', async () => {
  const answers = { [NAME]: 'silent', [ADDRESS]: 'ok' } as const;
  expect(await saysOf({ answers })).toBe('name-filtered');
  expect(await found({ answers, nobody: 'silent' })).toEqual({
    ...{ diagnosis: 'dns-removed', figure: 300 },
  });
});

test('a server that is silent at its name and its addresses is called blocked where the resolver denies other names, whether or not another way leads to it', async () => {
  for (const reached of [true, false]) {
    const answers = { ...silent, 'chat.example': 'silent' } as const;
    expect(await saysOf({ answers }, reached)).toBe('address-blocked');
    expect(await saysOf({ answers, nobody: 'silent' }, false)).toBe('lan-only');
  }
});

test('a server that is silent at the port of TLS alone is called filtered', async () => {
  expect(await saysOf({ answers: { [NAME]: 'silent', [ADDRESS]: 'silent' } })).toBe(
    'name-filtered',
  );
});

test('a name that fails at once as its addresses do is not called removed', async () => {
  expect(await saysOf({}, false)).toBe('address-blocked');
});

test('a device without a network is offline, whatever is tried', async () => {
  expect(await saysOf({ online: false })).toBe('offline');
});

test('a body that stops on the way is called frozen, after the bytes that came', async () => {
  const transfer = { bytes: 14_000, bitsPerSecond: null, stalled: true };
  expect(await found({ answers: well, transfer })).toEqual({ diagnosis: 'frozen', figure: 14_000 });
});

test('a body of which nothing comes is called frozen where its host answers, and says nothing where it does not', async () => {
  const transfer = { bytes: 0, bitsPerSecond: null, stalled: true };
  expect(await found({ answers: well, transfer })).toEqual({ diagnosis: 'frozen', figure: null });
  const answers = { [ADDRESS]: 'ok' } as const;
  expect(await saysOf({ answers, transfer })).toBe('dns-removed');
});

test('a server that has nothing a page can look at is not called blocked by it', async () => {
  const sites = { home: ['portal.example'], abroad: [] };
  const ports = portsOf({ answers: { 'https://portal.example/': 'ok' } });
  const seen = await look([PINNED], sites, new Notes(), ports);
  expect(seen.server).toEqual([]);
  expect(diagnose({ ...seen, reached: true }).diagnosis).toBe('none');
});

test('datagrams that are not answered by a server which is there are called dropped', async () => {
  expect(await saysOf({ answers: well, known: () => 'silent' })).toBe('udp-dropped');
  expect(await saysOf({ answers: well, known: () => 'ok' })).toBe('none');
  expect(await saysOf({ answers: silent, known: () => 'silent' })).not.toBe('udp-dropped');
});

test('a connection too many that stays silent says that they are counted, even where they freeze, and how many passed', async () => {
  const transfer = { bytes: 14_000, bitsPerSecond: null, stalled: true };
  expect(await found({ answers: well, transfer, passing: 5 })).toEqual({
    ...{ diagnosis: 'connections-policed', figure: 5 },
  });
  expect(await saysOf({ answers: well, passing: 5, apart: 'ok' })).toBe('none');
});

test('connections are not counted out at the only endpoint that answers', async () => {
  expect(await saysOf({ answers: { [ADDRESS]: 'ok' }, passing: 2 })).toBe('dns-removed');
  const answers = { [NAME]: 'ok', [ADDRESS]: 'silent' } as const;
  expect(await saysOf({ answers, passing: 3 })).toBe('none');
});

test('compared with sites, a line that leads nowhere abroad is told from one that leads to chosen sites alone', async () => {
  const portal = { 'https://portal.example/': 'ok' } as const;
  const market = { 'https://market.example/': 'ok' } as const;
  const nowhere = { 'https://weather.example/': 'silent', 'weather.example': 'silent' } as const;
  const all = { ...silent, 'chat.example': 'silent', ...nowhere, ...portal } as const;
  expect(await saysOf({ answers: { ...all, ...market } }, false, SITES)).toBe('foreign-severed');
  const closed = { 'https://market.example/': 'silent', 'market.example': 'silent' } as const;
  expect(await saysOf({ answers: { ...all, ...closed } }, false, SITES)).toBe('domestic-only');
  // Of those abroad the names may be gone as well.
  const names = has('market.example', 'portal.example');
  const away = { ...silent, 'chat.example': 'silent', ...portal, ...market } as const;
  expect(await saysOf({ answers: away, known: names }, false, SITES)).toBe('foreign-severed');
  const weather = { 'https://weather.example/': 'ok' } as const;
  expect(await saysOf({ answers: { ...away, ...weather } }, false, SITES)).toBe('address-blocked');
});

test('of a bridge, or a server that passes for a web site, nothing is asked but what readers ask', async () => {
  const path = 'abcdefghijklmnopqrstuv';
  const behind = [`https://bakery.example/${path}/s`, `https://203.0.113.20/${path}`];
  const asked: string[] = [];
  const lookAt = async (endpoints: readonly string[], step: Step) => {
    const { steps, ...ports } = portsOf({ known: has('bakery.example') });
    const fetch: Steps['fetch'] = async (url) => {
      asked.push(url);
      return /\/[0-9a-f]{8}\.example/.test(url) ? 'failed' : step;
    };
    const stun: Steps['stun'] = async (url) => {
      asked.push(url);
      return 'ok';
    };
    const socket: Steps['socket'] = async (url) => {
      asked.push(url);
      return 'ok';
    };
    const all = { ...ports, steps: { ...steps, fetch, socket, stun } };
    const seen = await look(endpoints, ALONE, new Notes(), all);
    return diagnose({ ...seen, reached: false }).diagnosis;
  };
  for (const step of ['silent', 'failed'] as const) {
    expect(await lookAt([...behind, STUN], step)).toBe('address-blocked');
  }
  expect(new Set(asked)).toEqual(new Set(behind));
  // Nor a WebSocket, of which there are many where connections are to be counted.
  asked.length = 0;
  expect(await lookAt(behind, 'ok')).toBe('none');
  expect(new Set(asked)).toEqual(new Set(behind));
  // Beside a server that shows itself, neither.
  asked.length = 0;
  await lookAt([...behind, NAME], 'silent');
  const others = asked.filter((url) => !behind.includes(url) && url !== NAME);
  expect(others.every((url) => !/bakery|203\.0\.113\.20/.test(url))).toBe(true);
  expect(others).toContain('https://chat.example:10/');
});

test('addresses are looked at before names, each noted', async () => {
  const notes = new Notes();
  await look(ENDPOINTS, ALONE, notes, portsOf({ answers: { [ADDRESS]: 'ok' } }));
  const tls = notes.all.filter(({ kind }) => kind === 'tls');
  expect(tls.map(({ host, outcome }) => [host, outcome])).toEqual([
    ['203.0.113.10', 'ok'],
    ['chat.example', 'failed'],
  ]);
});

test('what is asked of names, of a strange port and by STUN is noted too', async () => {
  const kindsOf = async (line: Line) => {
    const notes = new Notes();
    await look(ENDPOINTS, ALONE, notes, portsOf(line));
    return notes.all.map(({ kind, host, port, outcome }) => `${kind} ${host} ${port} ${outcome}`);
  };
  const removed = await kindsOf({ answers: { [ADDRESS]: 'ok' }, known: has('203.0.113.10') });
  expect(removed).toContain('dns chat.example 0 refused');
  expect(removed).toContain('udp 203.0.113.10 3478 ok');
  const deaf = await kindsOf({ answers: silent, nobody: 'silent' });
  expect(deaf.filter((note) => /^dns [0-9a-f]{8}\.example 0 silent$/.test(note)).length).toBe(1);
  expect(deaf).toContain('tcp 203.0.113.10 10 silent');
});

test('each connection to a host is told to who counts them, those that are tried again too', async () => {
  const opened: string[] = [];
  const note = (url: string) => opened.push(url);
  const again = { ...portsOf({ answers: silent }), opened: note };
  await look([ADDRESS], ALONE, new Notes(), again);
  expect(opened).toEqual([ADDRESS, ADDRESS]);
  opened.length = 0;
  const counted = { ...portsOf({ answers: well, passing: 3 }), opened: note };
  await look([ADDRESS, NAME], ALONE, new Notes(), counted);
  // The first look at each, three WebSockets, and one that nothing else has used.
  expect(opened.length).toBe(2 + 3 + 1);
});

test('names whose first looking up ends, in vain, while they are tried once more are silent: such a network leads nowhere', async () => {
  const asked = new Set<string>();
  const ports = portsOf({ answers: silent });
  const fetch: Steps['fetch'] = async (url) => {
    const again = asked.has(url);
    asked.add(url);
    return again && !url.includes('203.0.113.') ? 'failed' : 'silent';
  };
  const steps = { ...ports.steps, fetch };
  const seen = await look(ENDPOINTS, SITES, new Notes(), { ...ports, steps });
  expect(diagnose({ ...seen, reached: false }).diagnosis).toBe('lan-only');
});
