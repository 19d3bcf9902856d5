/** Racing, in virtual time: which ways are tried when, how many at a time, and which are left alone. */
import { expect, test } from 'vitest';
import { type Carrier, type CarrierFactory, pinOf } from '../carriers/carrier.ts';
import { systemRandom } from '../clock.ts';
import { VirtualTime } from '../test/virtual-time.ts';
import { Conversation } from './conversation.ts';
import { Line, type Opened } from './line.ts';
import { Openings } from './openings.ts';

/** How a way goes, by `kind endpoint`: after so many ms, opened or refused; hanging when absent. */
type Plan = Record<string, { after: number; opens: boolean }>;

const NEVER = new AbortController().signal;

function stand(
  plan: Plan,
  kinds = ['a'],
  endpoints = ['https://one/s', 'https://two/s'],
  freezes = false,
  openings = new Openings(),
) {
  const time = new VirtualTime();
  /** When each was tried, and what came of it. */
  const tried: string[] = [];
  const closed: string[] = [];
  const factory = (kind: string): CarrierFactory => ({
    kind,
    spreads: kind === 'spread',
    datagrams: kind === 'datagrams',
    last: kind === 'last',
    open: (endpoint, signal) =>
      new Promise((resolve, reject) => {
        const name = `${kind} ${endpoint}`;
        tried.push(`${time.now() - start} ${name}`);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        const how = plan[name];
        if (!how) return;
        time.setTimeout(() => {
          if (how.opens) resolve(carrier(kind, () => closed.push(name)));
          else reject(new Error('refused'));
        }, how.after);
      }),
  });
  const line = new Line(kinds.map(factory), time, systemRandom, openings, freezes);
  line.lead(endpoints);
  const start = time.now();
  const open = async () => {
    let won: string | undefined;
    void line.open(NEVER).then(({ way }) => {
      won = `${way.factory.kind} ${way.endpoint}`;
    });
    await time.until(() => won !== undefined, 600_000);
    return won;
  };
  return { time, line, tried, closed, open };
}

function carrier(kind: string, close: () => void): Carrier {
  const nothing = () => undefined;
  return {
    ...{ kind, polls: false, send: nothing, backlog: () => 0, close },
    ...{ onEnvelope: nothing, onClose: nothing },
  };
}

test('the next way starts 300 ms after one that hangs, at once after one that fails', async () => {
  const endpoints = ['https://one/s', 'https://two/s', 'https://three/s', 'https://four/s'];
  const { tried, open } = stand(
    {
      'a https://two/s': { after: 100, opens: false },
      'a https://four/s': { after: 50, opens: true },
    },
    ['a'],
    endpoints,
  );
  expect(await open()).toBe('a https://four/s');
  expect(tried).toEqual([
    '0 a https://one/s',
    '300 a https://two/s',
    '400 a https://three/s',
    '700 a https://four/s',
  ]);
});

test('at most two ways to one host are under way; another host’s turn comes before the third', async () => {
  const { tried, open } = stand({ 'c https://two/s': { after: 10, opens: true } }, ['a', 'b', 'c']);
  expect(await open()).toBe('c https://two/s');
  const byHost = (host: string) => tried.filter((each) => each.includes(`//${host}/`));
  expect(tried.slice(0, 4).map((each) => each.split(' ')[1])).toEqual(['a', 'a', 'b', 'b']);
  // The third has to wait until the first gives up, after 20 s.
  expect(byHost('one')[2]).toMatch(/^20000 c/);
  expect(byHost('two')[2]).toMatch(/^20300 c/);
});

test('what failed where another worked is left alone for 420 s, unless nothing else works', async () => {
  const plan: Plan = {
    'a https://one/s': { after: 10, opens: false },
    'a https://two/s': { after: 10, opens: true },
  };
  const { tried, open } = stand(plan);
  await open();
  await open();
  expect(tried.filter((each) => each.includes('one'))).toHaveLength(1);
  plan['a https://two/s'] = { after: 10, opens: false };
  plan['a https://one/s'] = { after: 10, opens: true };
  expect(await open()).toBe('a https://one/s');
});

test('while all others hang, what is left alone is tried after all, 3 s later', async () => {
  const plan: Plan = {
    'a https://one/s': { after: 10, opens: false },
    'a https://two/s': { after: 10, opens: true },
  };
  const { tried, open } = stand(plan);
  await open();
  plan['a https://one/s'] = { after: 10, opens: true };
  delete plan['a https://two/s'];
  tried.length = 0;
  expect(await open()).toBe('a https://one/s');
  const [two, one] = tried.map((each) => Number(each.split(' ')[0]));
  expect((one ?? 0) - (two ?? 0)).toBe(3_300);
});

test('what failed when nothing worked is not held against it', async () => {
  const plan: Plan = {
    'a https://one/s': { after: 10, opens: false },
    'a https://two/s': { after: 10, opens: false },
  };
  const { tried, line, open } = stand(plan);
  line.onPause = () => {
    plan['a https://one/s'] = { after: 10, opens: true };
  };
  expect(await open()).toBe('a https://one/s');
  expect(tried.map((each) => each.split(' ')[2])).toEqual([
    'https://one/s',
    'https://two/s',
    'https://one/s',
  ]);
});

test('the way that worked last begins, and has two seconds for itself', async () => {
  const { line, tried, open } = stand({
    'a https://two/s': { after: 1_900, opens: true },
    'a https://one/s': { after: 1, opens: true },
  });
  line.proven = 'a https://two/s';
  expect(await open()).toBe('a https://two/s');
  expect(tried).toEqual(['0 a https://two/s']);
});

test('what is for when nothing else passes is tried once all others have failed, and first where it worked last', async () => {
  const plan: Plan = {
    'a https://one/s': { after: 5_000, opens: false },
    'a https://two/s': { after: 9_000, opens: false },
    'last https://one/s': { after: 10, opens: true },
  };
  const first = stand(plan, ['last', 'a']);
  expect(await first.open()).toBe('last https://one/s');
  expect(first.tried.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
    '0 a',
    '300 a',
    '9300 last',
  ]);
  const second = stand(plan, ['last', 'a']);
  second.line.proven = 'last https://one/s';
  expect(await second.open()).toBe('last https://one/s');
  expect(second.tried).toEqual(['0 last https://one/s']);
});

test('a way by all endpoints at once is tried only where it worked last', async () => {
  const both = 'spread https://one/s https://two/s';
  const plan: Plan = {
    [both]: { after: 10, opens: true },
    'a https://two/s': { after: 10, opens: true },
  };
  const { line, tried, open } = stand(plan, ['spread', 'a']);
  expect(await open()).toBe('a https://two/s');
  expect(tried.some((each) => each.endsWith(both))).toBe(false);
  line.proven = 'spread';
  expect(await open()).toBe(both);
});

test('where two carriers stood and brought nothing, what spreads begins, and other kinds come before theirs', async () => {
  const at = { after: 10, opens: true };
  const plan = { 'b https://one/s': at, 'a https://one/s': at, 'a https://two/s': at };
  const { time, line, tried, open } = stand(plan, ['a', 'b', 'spread']);
  line.lead(['https://one/s', 'https://two/s', 'https://three/s']);
  for (const host of ['one', 'two']) {
    const opened: Opened[] = [];
    void line.open(NEVER).then((won) => opened.push(won));
    await time.until(() => opened.length > 0, 600_000);
    for (const { carrier, way } of opened) {
      expect(way).toMatchObject({ endpoint: `https://${host}/s`, factory: { kind: 'a' } });
      line.used(new Conversation(carrier, way, time, () => Promise.resolve()), 3_000);
    }
  }
  tried.length = 0;
  expect(await open()).toBe('b https://one/s');
  expect(tried.map((each) => each.replace(/^\d+ /, ''))).toEqual([
    'spread https://one/s https://two/s https://three/s',
    'b https://one/s',
  ]);
});

test('a carrier that opens when the race is over is closed', async () => {
  const late: CarrierFactory = {
    kind: 'late',
    // It does not heed the signal.
    open: (_endpoint) =>
      new Promise((resolve) => {
        time.setTimeout(() => resolve(carrier('late', () => void closed.push('late'))), 400);
      }),
  };
  const quick: CarrierFactory = {
    kind: 'quick',
    open: () => Promise.resolve(carrier('quick', () => void closed.push('quick'))),
  };
  const time = new VirtualTime();
  const closed: string[] = [];
  const line = new Line([late, quick], time, systemRandom);
  line.lead(['https://one/s']);
  let won = '';
  void line.open(NEVER).then(({ way }) => {
    won = way.factory.kind;
  });
  await time.until(() => won !== '' && closed.length > 0, 60_000);
  expect([won, closed]).toEqual(['quick', ['late']]);
});

test('what was given leads before what the record lists, and only the latter is the server’s own', () => {
  const { line } = stand({}, ['a'], ['https://bridge/x', 'https://one/s']);
  expect(line.listed).toEqual(['https://bridge/x', 'https://one/s']);
  line.learn(['https://one/s', 'https://two/s']);
  expect(line.endpoints).toEqual(['https://bridge/x', 'https://one/s', 'https://two/s']);
  expect(line.listed).toEqual(['https://one/s', 'https://two/s']);
  line.lead(['https://other/x']);
  expect(line.endpoints).toEqual(['https://other/x', 'https://one/s', 'https://two/s']);
});

test('an endpoint that says which certificate it shows is for carriers that look, and for no others', async () => {
  const pinned = `https://bridge/x#sha256=${'A'.repeat(43)}`;
  const { line, tried, time } = stand({}, ['a'], []);
  const looking = new Line(
    [
      {
        kind: 'pinned',
        takes: (endpoint) => pinOf(endpoint) !== undefined,
        open: () => Promise.resolve(carrier('pinned', () => 0)),
      },
    ],
    time,
    systemRandom,
  );
  for (const one of [line, looking]) one.lead([pinned, 'https://one/s#else']);
  expect((await looking.open(NEVER)).way.endpoint).toBe(pinned);
  void line.open(NEVER);
  await time.until(() => false, 60_000).catch(() => undefined);
  expect(tried).toEqual([]);
});

test('what is still being proven ends when another way has won', async () => {
  const time = new VirtualTime();
  const polling = { ...carrier('poll', () => undefined), polls: true };
  const slow = carrier('slow', () => undefined);
  let opened = 0;
  const open = async (): Promise<Carrier> => {
    opened++;
    return polling;
  };
  const line = new Line(
    [
      { kind: 'poll', open },
      {
        kind: 'slow',
        open: () => new Promise((resolve) => time.setTimeout(() => resolve(slow), 5_000)),
      },
    ],
    time,
    systemRandom,
  );
  let ended = false;
  line.prove = (_, __, over) =>
    new Promise((resolve) => {
      over.addEventListener('abort', () => {
        ended = true;
        resolve(false);
      });
    });
  line.lead(['https://one/s']);
  let won: string | undefined;
  void line.open(NEVER).then(({ way }) => {
    won = way.factory.kind;
  });
  await time.until(() => won !== undefined, 60_000);
  expect([won, ended]).toEqual(['slow', true]);
  expect(opened).toBe(1);
});

test('where connections are known to freeze, ways that open none go first, then the one that spreads, then the others', async () => {
  const kinds = ['a', 'datagrams', 'spread'];
  const { tried, open } = stand(
    { 'a https://one/s': { after: 10, opens: true } },
    kinds,
    ['https://one/s'],
    true,
  );
  expect(await open()).toBe('a https://one/s');
  expect(tried.map((one) => one.split(' ')[1])).toEqual(['datagrams', 'spread', 'a']);
});

test('where connections freeze, no host is connected to a fourth time within a minute; the others are', async () => {
  const openings = new Openings();
  const plan: Plan = {
    'a https://one/s': { after: 10, opens: true },
    'a https://two/s': { after: 10, opens: true },
  };
  const endpoints = ['https://one/s', 'https://two/s'];
  const { time, tried, open } = stand(plan, ['a'], endpoints, true, openings);
  for (let made = 0; made < 3; made++) openings.note('one', time.now());
  expect(await open()).toBe('a https://two/s');
  expect(tried.filter((each) => each.includes('one'))).toEqual([]);
  time.set(66_000);
  for (let made = 0; made < 3; made++) openings.note('two', time.now());
  expect(await open()).toBe('a https://one/s');
});
