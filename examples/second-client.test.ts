/** The second client, which shares no code with the packages, against the real server over both carriers. */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Carrier } from './second-client/carriers.ts';
import { list } from './second-client/cbor.ts';
import { type AccessRecord, firstFlight } from './second-client/envelopes.ts';
import {
  admit,
  append,
  commit,
  create,
  type Entry,
  entryOf,
  handles,
  open,
  type Request,
  read,
  signal,
  watch,
} from './second-client/requests.ts';
import { sha256 } from './second-client/seal.ts';
import { freePort, kill, serve } from './second-client/server-program.ts';
import { fetchRecord, type Listener, Refusal, Session } from './second-client/session.ts';
import { type CarrierName, connect, readServerInvite } from './second-client.ts';

/** Of protocol-error.ts. */
const MALFORMED = 32;
const NOT_FOUND = 33;
const FORBIDDEN = 34;
const STALE = 35;
const EXISTS = 36;

let folder = '';
let port = 0;
let server: ChildProcess;
let link = '';
let carriers: Carrier[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-second-client-'));
  port = await freePort();
  const started = await serve(join(folder, 'data'), port, /#/);
  server = started.child;
  link = started.line;
});
afterEach(() => {
  for (const carrier of carriers) carrier.close();
  carriers = [];
});
afterAll(async () => {
  await kill(server);
  rmSync(folder, { recursive: true });
});

const refusal = (code: number) => expect.objectContaining({ name: 'Refusal', code });
const message = (text: string, epoch = 0) => ({
  id: randomBytes(16),
  epoch,
  body: Buffer.from(text),
});
const seqsOf = async (answer: Promise<unknown[]>) => (await answer)[0];
const hung = (carrier: Carrier) =>
  new Promise<void>((resolve) => {
    carrier.refused = resolve;
  });

describe.each<CarrierName>(['websocket', 'post'])('a second client over %s', (name) => {
  async function dial(): Promise<Carrier> {
    const carrier = await connect(readServerInvite(link).endpoints[0] as string, name);
    carriers.push(carrier);
    return carrier;
  }

  async function dialForRecord(): Promise<[Carrier, AccessRecord]> {
    const carrier = await dial();
    return [carrier, await fetchRecord(carrier, readServerInvite(link).identity)];
  }

  async function session(first: Request[], listener?: Listener): Promise<Session> {
    const [carrier, record] = await dialForRecord();
    const { identity } = readServerInvite(link);
    const { session, answers } = await Session.start(carrier, identity, record, first, listener);
    expect(answers.filter((answer) => answer instanceof Refusal)).toEqual([]);
    return session;
  }

  /** A session that has admitted itself, made a log and opened it as 1, all in its first flight. */
  async function newLog(listener?: Listener) {
    const [log, capability, allowance] = [randomBytes(16), randomBytes(32), randomBytes(32)];
    const first = [
      admit(readServerInvite(link).secret, allowance),
      create(log, capability, allowance),
      open(1, log, capability),
    ];
    const writer = await session(first, listener);
    return { log, capability, writer };
  }

  async function readAll(from: Session, n = 1): Promise<Entry[]> {
    const [entries] = await from.ask(read(n, 1));
    return list(entries).map(entryOf);
  }

  test('section 4: what is appended is read back, dense from 1', async () => {
    const { writer } = await newLog();
    const entries = ['one', 'два', '三'].map((text) => message(text));
    expect(await seqsOf(writer.ask(append(1, entries.slice(0, 2))))).toEqual([1, 2]);
    expect(await seqsOf(writer.ask(append(1, entries.slice(2))))).toEqual([3]);
    const [found, head] = await writer.ask(read(1, 1));
    expect(list(found)).toEqual(
      entries.map(({ id, body }, i) => [
        i + 1,
        0,
        0,
        Uint8Array.from(id),
        Uint8Array.from(body),
        null,
      ]),
    );
    expect(head).toBe(3);
  });

  test('section 4: a repeat of an append gives the same seq, a batch that is there in part is refused', async () => {
    const { writer } = await newLog();
    const [one, two] = [message('one'), message('two')];
    expect(await seqsOf(writer.ask(append(1, [one])))).toEqual([1]);
    expect(await seqsOf(writer.ask(append(1, [one])))).toEqual([1]);
    await expect(writer.ask(append(1, [one, two]))).rejects.toEqual(refusal(EXISTS));
    expect(await readAll(writer)).toHaveLength(1);
  });

  test('section 4: of two Commits made in one epoch one is taken and the other is stale', async () => {
    const { writer, log, capability } = await newLog();
    const other = await session([open(9, log, capability)]);
    const turn = () => ({ closes: false, next: randomBytes(32) });
    const answers = await Promise.allSettled([
      writer.ask(commit(1, message('mine'), turn())),
      other.ask(commit(9, message('theirs'), turn())),
    ]);
    const lost = answers.filter((answer) => answer.status === 'rejected');
    expect(lost.map(({ reason }) => reason)).toEqual([refusal(STALE)]);
    expect(await readAll(writer)).toEqual([expect.objectContaining({ seq: 1, kind: 1 })]);
  });

  test('section 4: a capability from before a closing Commit opens nothing after it', async () => {
    const { writer, log, capability } = await newLog();
    const pushed: number[] = [];
    const removed = await session([open(3, log, capability), watch(3)], {
      push: (_, entries) => pushed.push(...entries.map(({ seq }) => seq)),
    });
    const listening = removed.listen().catch((error: unknown) => error);
    await writer.ask(append(1, [message('before')]));
    const next = randomBytes(32);
    await writer.ask(commit(1, message('closing'), { closes: true, next: sha256(next) }));
    await writer.ask(open(1, log, next));
    const after = message('after', 1);
    expect(await seqsOf(writer.ask(append(1, [after])))).toEqual([3]);

    expect((await readAll(removed, 3)).map(({ seq }) => seq)).toEqual([1, 2]);
    const [head, , epoch, , upTo] = await removed.ask(open(4, log, capability));
    expect({ head, epoch, upTo }).toEqual({ head: 2, epoch: 0, upTo: 0 });
    for (const request of [
      watch(3),
      append(3, [message('too late')]),
      append(3, [after]),
      signal(3, Buffer.of(1)),
      commit(3, message('too late'), { closes: true, next: randomBytes(32) }),
    ]) {
      await expect(removed.ask(request)).rejects.toEqual(refusal(FORBIDDEN));
    }
    expect(pushed).toEqual([1, 2]);
    expect(await readAll(writer)).toHaveLength(3);
    removed.close();
    await listening;
  });

  test('section 4: admit, create and open hold for an append behind them in the same first flight', async () => {
    const [log, capability, allowance] = [randomBytes(16), randomBytes(32), randomBytes(32)];
    const writer = await session([
      admit(readServerInvite(link).secret, allowance),
      create(log, capability, allowance),
      open(1, log, capability),
      append(1, [message('at once')]),
      read(1, 1),
    ]);
    expect(await readAll(writer)).toHaveLength(1);
  });

  test('section 4: who watches is pushed what is appended and handed signals, and the sender is not', async () => {
    const { writer, log, capability } = await newLog();
    const pushed = Promise.withResolvers<[number, Entry[]]>();
    const signalled = Promise.withResolvers<[number, Uint8Array]>();
    const watcher = await session([open(5, log, capability), watch(5)], {
      push: (n, entries) => pushed.resolve([n, entries]),
      signal: (n, body) => signalled.resolve([n, body]),
    });
    const listening = watcher.listen().catch((error: unknown) => error);
    await writer.ask(append(1, [message('hello')]));
    expect(await pushed.promise).toEqual([5, [expect.objectContaining({ seq: 1, kind: 0 })]]);
    await writer.ask(signal(1, Buffer.from('typing')));
    expect(await signalled.promise).toEqual([5, Uint8Array.from(Buffer.from('typing'))]);
    watcher.close();
    await listening;
  });

  test('section 4: what it appended itself it is pushed without the body, and reads whole', async () => {
    const pushed = Promise.withResolvers<Entry[]>();
    const { writer } = await newLog({ push: (_, entries) => pushed.resolve(entries) });
    await writer.ask(watch(1));
    const mine = message('mine');
    await writer.ask(append(1, [mine]));
    await writer.ask(handles(0));
    const as = (body: Uint8Array) => [
      expect.objectContaining({ seq: 1, id: Uint8Array.from(mine.id), body }),
    ];
    expect(await pushed.promise).toEqual(as(new Uint8Array(0)));
    expect(await readAll(writer)).toEqual(as(Uint8Array.from(mine.body)));
  });

  test('section 3: a session goes on over another connection, under another handle', async () => {
    const { writer } = await newLog();
    writer.moveTo(await dial());
    expect(await seqsOf(writer.ask(append(1, [message('from elsewhere')])))).toEqual([1]);
  });

  test('section 3: a first flight that was taken gets no second session', async () => {
    const [carrier, record] = await dialForRecord();
    const { identity } = readServerInvite(link);
    const key = record.keys[0]?.key as Uint8Array;
    const { envelope, openReply } = firstFlight(identity, key, []);
    const replied = new Promise<Uint8Array>((resolve) => {
      carrier.receive = resolve;
    });
    carrier.send(envelope);
    expect(openReply(await replied)).toBeDefined();

    const again = await dial();
    const heard: Uint8Array[] = [];
    again.receive = (answer) => heard.push(answer);
    const refused = hung(again);
    again.send(envelope);
    await refused;
    expect(heard).toEqual([]);
  });

  test('section 3: where no version is shared the reply says which are, and there is no session', async () => {
    const [carrier, record] = await dialForRecord();
    const { identity } = readServerInvite(link);
    const calls = [[0, read(1, 1)]];
    const flight = firstFlight(identity, record.keys[0]?.key as Uint8Array, calls, [2]);
    const replied = new Promise<Uint8Array>((resolve) => {
      carrier.receive = resolve;
    });
    carrier.send(flight.envelope);
    const [version, versions, , , handles, items] = flight.openReply(await replied)?.reply ?? [];
    expect({ version, versions, handles }).toEqual({ version: 0, versions: [1], handles: [] });
    expect(list(items)).toEqual([[1, 0, 39, 0, 'version']]);
  });

  test('section 4: a request that is in no table is refused by itself, the others of its envelope are not', async () => {
    const [carrier, record] = await dialForRecord();
    const { identity } = readServerInvite(link);
    const requests = [[99, 1], admit(randomBytes(32), randomBytes(32)), handles(0)];
    const { session, answers } = await Session.start(carrier, identity, record, requests);
    expect(answers).toEqual([refusal(MALFORMED), refusal(NOT_FOUND), [[]]]);
    await expect(session.ask([99, 1])).rejects.toEqual(refusal(MALFORMED));
    expect(await session.ask(handles(0))).toEqual([[]]);
  });

  test("section 3: a handle that the server never issued gets the site's answer", async () => {
    const carrier = await dial();
    const heard: Uint8Array[] = [];
    carrier.receive = (answer) => heard.push(answer);
    const refused = hung(carrier);
    carrier.send(randomBytes(256));
    await refused;
    expect(heard).toEqual([]);
  });
});

test('section 3: the answer to a POST that is not for the server is that to an unknown address', async () => {
  const body = Buffer.concat([Buffer.of(0, 0, 1, 0), randomBytes(256)]);
  const answers = await Promise.all(
    ['s', 'no-such-page'].map(async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST', body });
      return { status: response.status, text: await response.text() };
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
});

test('the program says what it does, in nine lines', async () => {
  const program = join(import.meta.dirname, 'second-client.ts');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, link]);
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toHaveLength(9);
  expect(stdout).toMatch(/Read 2 entries back; the running hash is [0-9a-f]{64}\./);
});

test('section 3: a handle of a session that the server has lost is answered by its token', async () => {
  const { identity, endpoints, secret } = readServerInvite(link);
  const allowance = randomBytes(32);
  const sessions = await Promise.all(
    (['websocket', 'post'] as const).map(async (name) => {
      const carrier = await connect(endpoints[0] as string, name);
      const record = await fetchRecord(carrier, identity);
      const { session } = await Session.start(carrier, identity, record, [
        admit(secret, allowance),
      ]);
      return { name, session, record };
    }),
  );
  await kill(server);
  ({ child: server } = await serve(join(folder, 'data'), port, /runs at/));
  for (const { name, session, record } of sessions) {
    const carrier = await connect(endpoints[0] as string, name);
    session.moveTo(carrier);
    const asked = session.ask([20, allowance]);
    await expect(asked).rejects.toMatchObject({ name: 'SessionEnded', why: 'lost' });
    // The keys of the record are gone with the process: a new one has to be asked for.
    const stale = await connect(endpoints[0] as string, name);
    await expect(Session.start(stale, identity, record)).rejects.toMatchObject({ why: 'refused' });
    const fresh = await connect(endpoints[0] as string, name);
    const newer = await fetchRecord(fresh, identity);
    expect(newer.serial).toBeGreaterThanOrEqual(record.serial);
    const [answer] = (await Session.start(fresh, identity, newer, [[20, allowance]])).answers;
    expect(answer).toHaveLength(4);
    for (const each of [carrier, stale, fresh]) each.close();
  }
});
