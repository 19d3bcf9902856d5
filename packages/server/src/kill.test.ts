/** Kills a server again and again while clients append and commit, then holds the log against what they were told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, NewEntry, Turn } from '@polynya/protocol/requests';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entry, hashOf, secret } from './test/ids.ts';
import {
  connectTo,
  endProcess,
  newLogOn,
  type ServerProcess,
  startProcess,
} from './test/server-process.ts';
import { Lost, type WireClient } from './test/wire-client.ts';

const KILLS = 50;
const WRITERS = 3;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the members of the group share: the epochs' capabilities, the newest last. */
interface Group {
  readonly log: Uint8Array;
  readonly capabilities: Uint8Array[];
}

interface Told {
  readonly entries: readonly NewEntry[];
  readonly seqs: readonly number[];
}

/** A Commit was in between, and maybe its committer does not know yet that it was taken. */
const isOvertaken = (error: unknown) =>
  error instanceof ProtocolError && (error.code === 'stale' || error.code === 'forbidden');

/** Opens the log with the newest capability and asks, in one envelope. */
async function ask(client: WireClient, { log, capabilities }: Group, request: object) {
  const secret = capabilities.at(-1);
  if (!secret) throw new Error('no epoch');
  const [, answer] = await client.send([
    { op: 'open', n: 1, log, secret },
    { n: 1, ...request } as never,
  ]);
  if (answer?.status !== 'fulfilled') throw answer?.reason;
  return answer.value as { seq: number; seqs: number[] };
}

/** Appends batches, one under way at a time, and asks again after a loss for the one it heard nothing of. */
class Writer {
  readonly told: Told[] = [];
  pending: NewEntry[] | undefined;

  async run(client: WireClient, group: Group): Promise<void> {
    for (;;) {
      const epoch = group.capabilities.length - 1;
      const size = 1 + (this.told.length % 4);
      this.pending ??= Array.from({ length: size }, () => entry(epoch, 'x'.repeat(200)));
      try {
        const { seqs } = await ask(client, group, { op: 'append', entries: this.pending });
        this.told.push({ entries: this.pending, seqs });
      } catch (error) {
        if (error instanceof Lost) return;
        if (!isOvertaken(error)) throw error;
        await setTimeout(2);
      }
      this.pending = undefined;
    }
  }
}

/** Commits, every fourth time closing. */
class Committer {
  readonly told: { seq: number; epoch: number }[] = [];
  pending: { entry: NewEntry; turn: Turn; next: Uint8Array } | undefined;

  async run(client: WireClient, group: Group): Promise<void> {
    for (;;) {
      const epoch = group.capabilities.length - 1;
      const next = secret();
      const turn = { closes: epoch % 4 === 3, next: hashOf(next) };
      this.pending ??= { entry: entry(epoch), turn, next };
      try {
        const { seq } = await ask(client, group, { op: 'commit', ...this.pending });
        this.told.push({ seq, epoch });
        group.capabilities.push(this.pending.next);
        this.pending = undefined;
      } catch (error) {
        if (error instanceof Lost) return;
        throw error;
      }
      await setTimeout(10);
    }
  }
}

async function underLoad(
  server: ServerProcess,
  group: Group,
  members: readonly (Writer | Committer)[],
): Promise<number> {
  const clients = await Promise.all(members.map(() => connectTo(server)));
  const running = members.map((member, i) => member.run(clients[i] as WireClient, group));
  await acknowledgements(members, 4 + Math.random() * 8);
  await setTimeout(Math.random() * 20);
  const underWay = members.filter(({ pending }) => pending !== undefined).length;
  await endProcess(server, 'SIGKILL');
  for (const client of clients) client.close();
  await Promise.all(running);
  return underWay;
}

/** Until so many more came, however slow the disk is: a point in the load, not in time. */
async function acknowledgements(
  members: readonly (Writer | Committer)[],
  more: number,
): Promise<void> {
  const count = () => members.reduce((sum, { told }) => sum + told.length, 0);
  const enough = count() + more;
  while (count() < enough) await setTimeout(1);
}

async function wholeLog(client: WireClient, { log, capabilities }: Group): Promise<Entry[]> {
  await client.ask('open', { n: 1, log, secret: capabilities.at(-1) ?? log });
  const entries: Entry[] = [];
  for (;;) {
    const from = entries.length + 1;
    const { entries: more, head } = await client.ask('read', { n: 1, from, bytes: 100_000 });
    entries.push(...more);
    if (entries.length >= head) return entries;
  }
}

/** Kills the server of one folder so often, then checks all that its clients were told. */
async function survive(dataDir: string, kills: number): Promise<void> {
  let server = await startProcess(dataDir);
  const founder = await connectTo(server);
  const { log, capability } = await newLogOn(founder, server);
  founder.close();
  const group: Group = { log, capabilities: [capability] };
  const writers = Array.from({ length: WRITERS }, () => new Writer());
  const committer = new Committer();
  let interrupted = 0;
  for (let kill = 0; kill < kills; kill++) {
    interrupted += await underLoad(server, group, [...writers, committer]);
    server = await startProcess(dataDir);
  }

  const client = await connectTo(server);
  // A Commit whose answer was lost may be in the log: its repeat tells.
  if (committer.pending) {
    const { seq } = await ask(client, group, { op: 'commit', ...committer.pending });
    committer.told.push({ seq, epoch: group.capabilities.length - 1 });
    group.capabilities.push(committer.pending.next);
  }
  const entries = await wholeLog(client, group);
  client.close();
  await endProcess(server, 'SIGTERM');

  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
  expect(new Set(entries.map(({ id }) => String(id))).size).toBe(entries.length);
  const commits = entries.filter(({ turn }) => turn);
  expect(commits.map(({ epoch }) => epoch)).toEqual(commits.map((_, i) => i));
  expect(commits.map(({ seq, epoch }) => ({ seq, epoch }))).toEqual(committer.told);
  for (const { told } of writers) {
    for (const { entries: sent, seqs } of told) {
      expect(seqs).toEqual(sent.map((_, i) => Number(seqs[0]) + i));
      const stored = entries.slice(Number(seqs[0]) - 1, seqs.at(-1));
      expect(stored.map(({ id, body }) => ({ id, body }))).toEqual(
        sent.map(({ id, body }) => ({ id, body })),
      );
    }
  }
  let epoch = 0;
  let closed = 0;
  for (const one of entries) {
    expect(one.epoch).toBeLessThanOrEqual(epoch);
    expect(one.epoch).toBeGreaterThanOrEqual(Math.max(closed, epoch - LIMITS.epochs));
    if (one.turn) epoch++;
    if (one.turn?.closes) closed = epoch;
  }
  // The load was one: the kills met requests under way, and between them things were acknowledged.
  const acknowledged = writers.reduce((sum, { told }) => sum + told.length, 0);
  expect(interrupted).toBeGreaterThan(kills * 2);
  expect(acknowledged).toBeGreaterThan(kills * 4);
}

test(`servers killed ${KILLS} times under load have every acknowledged entry once, in order, and recover`, async () => {
  // One for each core of a small machine, for time.
  await Promise.all(['a', 'b'].map((name) => survive(join(folder, name), KILLS / 2)));
}, 180_000);
