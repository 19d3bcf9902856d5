/**
 * Sessions and log rules joined: the delivery service on SQLite under sealed sessions, over carriers
 * that drop, repeat, reorder and die, with a server that is killed. Judged by the clients' records
 * alone. POLYNYA_RUNS multiplies the number of runs.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { Entry, NewEntry } from '@polynya/protocol/requests';
import { Connection } from '@polynya/reach/client/client';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import { systemRandom } from '@polynya/reach/clock';
import { badCarrier, seeded } from '@polynya/reach/test/bad-carrier';
import { VirtualTime, watchWebCrypto } from '@polynya/reach/test/virtual-time';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { CarriedMember } from '../test/carried-member.ts';
import { hashOf, id, secret } from '../test/ids.ts';
import { KillableServer } from '../test/killable-server.ts';
import { RUNS } from '../test/runs.ts';

const HOUR = 3_600_000;
const CLIENTS = 3;
const GROUPS = 2;

const percent = (most: number) => fc.integer({ min: 0, max: most }).map((n) => n / 100);
const badness = fc.record({
  drop: percent(25),
  repeat: percent(30),
  die: percent(8),
  refuse: percent(50),
  delay: fc.integer({ min: 0, max: 2_000 }),
});
const runs = fc.record({
  seed: fc.integer(),
  first: badness,
  second: badness,
  pace: fc.constantFrom(20, 500, 5_000),
  /** The server dies so many turns of the event loop after so many envelopes have arrived. */
  kills: fc.array(
    fc.record({ arrival: fc.integer({ min: 1, max: 400 }), turns: fc.integer({ min: 0, max: 6 }) }),
    { maxLength: 4 },
  ),
});
type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

beforeAll(watchWebCrypto);

test(
  'through bad carriers and killed servers, every acknowledged append is in its log once, every watcher sees every entry in order, and Commits make one line',
  () => fc.assert(fc.asyncProperty(runs, prove), { numRuns: 15 * RUNS, endOnFailure: true }),
  300_000 * RUNS,
);

async function prove(run: Run): Promise<void> {
  const clock = new VirtualTime();
  const random = seeded(run.seed);
  const server = await KillableServer.start(clock);
  const { identity } = server;
  const connections: Connection[] = [];
  const connect = () => {
    const connection = new Connection({
      address: { identity, endpoints: ['memory:'] },
      carriers: [run.first, run.second].map((bad, i) =>
        badCarrier(i === 1, bad, random, clock, () => server.receiver),
      ),
      clock,
      random: systemRandom,
    });
    connections.push(connection);
    return connection;
  };
  const members: CarriedMember[] = [];
  const member = (...given: ConstructorParameters<typeof CarriedMember>) => {
    const made = new CarriedMember(...given);
    members.push(made);
    return made;
  };
  const finish = async (work: Promise<unknown>, what: () => boolean = () => true) => {
    let done = false;
    let failure: { error: unknown } | undefined;
    work.then(
      () => (done = true),
      (error: unknown) => (failure = { error }),
    );
    const faults = () => members.flatMap(({ fault }) => fault ?? []);
    const over = () => failure !== undefined || faults().length > 0 || (done && what());
    await clock.until(over, 2 * HOUR);
    if (failure) throw failure.error;
    expect(faults()).toEqual([]);
  };

  try {
    const allowance = await server.admit();
    const clients = Array.from({ length: CLIENTS }, connect);
    const [first, ...others] = clients as [Connection, ...Connection[]];
    const places = await made(first, allowance, (work) => finish(work));
    for (const { arrival, turns } of run.kills) server.killAt(arrival, turns);

    const world = { pace: run.pace, clock, random };
    const rooms = places.groups.map(({ log, capability }) => ({
      log,
      capability,
      members: clients.map((client) => member(client.log(log, capability), world)),
      /** Opened with the secret of epoch 0, it never learns another: as if removed by what closes first. */
      stranger: member(connect().log(log, capability), world, false),
    }));
    const owner = member(first.log(places.inbox, places.owner), world);
    const writers = others.map((client, i) =>
      // The watch of somebody who may not read: it hears nothing.
      member(client.log(places.inbox, places.tokens[i] ?? places.owner), world, false),
    );
    const work = [
      ...rooms.flatMap(({ members }) => members.flatMap((one) => [one.write(5, 4), one.turn(3)])),
      ...writers.map((one) => one.write(4, 3)),
    ];
    const told = (members: readonly CarriedMember[]) =>
      members.flatMap(({ appended, committed }) => [...appended, ...committed]);
    const heardAll = () =>
      [
        ...rooms.map(({ members }) => ({ heard: members, by: members })),
        { heard: [owner], by: writers },
      ].every(({ heard, by }) => heard.every((one) => one.heard.length >= told(by).length));
    await finish(Promise.all(work), heardAll);

    for (const { log, members, stranger } of rooms) {
      const [someone] = members;
      const entries = await wholeLog(connect().log(log, lastSecret(someone?.heard ?? [])), finish);
      judge(entries, told(members), members);
      judgeCommits(entries, members);
      const closing = entries.findIndex(({ turn }) => turn?.closes);
      expect(stranger.heard).toEqual(entries.slice(0, stranger.heard.length));
      if (closing >= 0) expect(stranger.heard.length).toBeLessThanOrEqual(closing + 1);
    }
    const letters = await wholeLog(connect().log(places.inbox, places.owner), finish);
    // Who leaves a letter is not told its seq.
    const left = told(writers).map(({ entry, seq }) => {
      expect(seq).toBe(0);
      return { entry, seq: letters.find(({ id }) => toHex(id) === toHex(entry.id))?.seq ?? 0 };
    });
    judge(letters, left, [owner]);
    for (const { heard } of writers) expect(heard).toEqual([]);
    expect(server.reported).toEqual([]);
  } finally {
    for (const connection of connections) connection.close();
    await server.close();
  }
}

/** Two groups' logs, and an inbox with a contact token for each client but the first. */
async function made(
  client: Connection,
  allowance: Uint8Array,
  finish: (work: Promise<unknown>) => Promise<void>,
) {
  const groups = Array.from({ length: GROUPS }, () => ({ log: id(), capability: secret() }));
  const [inbox, owner] = [id(), secret()];
  const tokens = Array.from({ length: CLIENTS - 1 }, () => secret());
  const create = (log: Uint8Array, kind: number, opens: Uint8Array) =>
    client.call<'create'>({ op: 'create', log, kind, hash: hashOf(opens), allowance });
  await finish(
    Promise.all([
      ...groups.map(({ log, capability }) => create(log, 0, capability)),
      create(inbox, 1, owner),
    ]),
  );
  const handle = client.log(inbox, owner);
  await finish(Promise.all(tokens.map((token) => handle.allow(hashOf(token), 3_600))));
  handle.close();
  return { groups, inbox, owner, tokens };
}

/** What somebody reads who comes when all is over, with the newest secret. */
async function wholeLog(
  log: LogHandle,
  finish: (work: Promise<unknown>) => Promise<void>,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const read = async () => {
    for (;;) {
      const { entries: more, head } = await log.read(entries.length + 1, 20_000);
      entries.push(...more);
      if (entries.length >= head) return;
    }
  };
  await finish(read());
  return entries;
}

/** The log holds what was acknowledged, each once where it was said to be, and nothing else; all heard just that. */
function judge(
  entries: readonly Entry[],
  told: readonly { entry: NewEntry; seq: number }[],
  watchers: readonly CarriedMember[],
): void {
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
  const written = told.map(({ entry, seq }) => ({ seq, ...plain(entry) }));
  expect(entries.map((entry) => ({ seq: entry.seq, ...plain(entry) }))).toEqual(
    written.toSorted((a, b) => a.seq - b.seq),
  );
  for (const { heard } of watchers) expect(heard).toEqual(entries);
}

/** One Commit for each epoch, in order; what follows a Commit was made where it may be. */
function judgeCommits(entries: readonly Entry[], members: readonly CarriedMember[]): void {
  const accepted = members.flatMap(({ committed }) => committed).toSorted((a, b) => a.seq - b.seq);
  const commits = entries.filter(({ turn }) => turn !== null);
  expect(commits.map(({ epoch }) => epoch)).toEqual(commits.map((_, i) => i));
  expect(commits.map(({ turn }) => turn?.closes)).toEqual(accepted.map(({ turn }) => turn.closes));
  for (const { appended } of members) {
    const seqs = appended.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
  let [epoch, closed] = [0, 0];
  for (const entry of entries) {
    expect(entry.epoch).toBeGreaterThanOrEqual(Math.max(closed, epoch - 3));
    expect(entry.epoch).toBeLessThanOrEqual(epoch);
    if (entry.turn) epoch++;
    if (entry.turn?.closes) closed = epoch;
  }
}

function plain({ id, epoch, body }: NewEntry) {
  return { id: toHex(id), epoch, body: toHex(body) };
}

function lastSecret(heard: readonly Entry[]): Uint8Array {
  const commit = heard.findLast(({ turn }) => turn !== null);
  if (!commit) throw new Error('nobody committed');
  return commit.body;
}
