/** Random requests against a naive log in memory, written from docs/protocol.md section 4 and not from our rules. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { systemRandom } from '@polynya/reach/clock';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteEngine } from '../engine/sqlite/sqlite-engine.ts';
import { hashOf, id, secret } from '../test/ids.ts';
import { RUNS } from '../test/runs.ts';
import type { Access } from './log-rules.ts';

let folder = '';
let engine: SqliteEngine;
const allowance = secret();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-rules-'));
  const path = join(folder, 'polynya.db');
  engine = new SqliteEngine({ path, now: () => 0, random: systemRandom, synchronous: 'OFF' });
  const invite = secret();
  const each = { logs: 10 ** 6, bytes: 0, invites: 0 };
  await engine.invite({ hash: invite, uses: 1, until: 9_999, tag: secret(), each });
  await engine.admit(invite, allowance);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

interface Line {
  readonly seq: number;
  readonly id: number;
  readonly epoch: number;
  readonly commit: boolean;
}

/** Answers as the protocol says: a value, or the code of the refusal. */
class NaiveLog {
  readonly lines: Line[] = [];
  epoch = 0;
  closed = 0;

  append(capability: number, batch: readonly { id: number; epoch: number }[]): number[] | string {
    if (new Set(batch.map((one) => one.id)).size < batch.length) return 'malformed';
    const known = this.known(capability, batch, false);
    if (known !== undefined) return known;
    if (capability < this.closed) return 'forbidden';
    if (capability < this.epoch - 3) return 'stale';
    for (const { epoch } of batch) {
      if (epoch > this.epoch || epoch < this.closed || epoch < this.epoch - 3) return 'stale';
    }
    return batch.map((one) => this.add(one, false));
  }

  commit(capability: number, one: { id: number; epoch: number }, closes: boolean) {
    const known = this.known(capability, [one], true);
    if (known !== undefined) return known;
    if (capability < this.closed) return 'forbidden';
    if (capability < this.epoch - 3 || one.epoch !== this.epoch) return 'stale';
    const seq = this.add(one, true);
    this.epoch++;
    if (closes) this.closed = this.epoch;
    return [seq];
  }

  read(capability: number, from: number): { seqs: number[]; head: number } {
    const hidden = (line: Line) => capability < this.closed && line.epoch > capability;
    const end = this.lines.findIndex(hidden);
    const shown = (end < 0 ? this.lines : this.lines.slice(0, end)).map(({ seq }) => seq);
    return { seqs: shown.filter((seq) => seq >= from), head: shown.length };
  }

  live(capability: number): number | string {
    return capability < this.closed ? 'forbidden' : this.lines.length;
  }

  private known(
    capability: number,
    batch: readonly { id: number }[],
    commit: boolean,
  ): number[] | string | undefined {
    const known = this.lines.filter((line) => batch.some((one) => one.id === line.id));
    if (known.length === 0) return undefined;
    const hidden = known.some((line) => capability < this.closed && line.epoch > capability);
    if (hidden) return 'forbidden';
    if (known.length < batch.length || known.some((line) => line.commit !== commit)) {
      return 'exists';
    }
    return batch.map((one) => known.find((line) => line.id === one.id)?.seq ?? 0);
  }

  private add(one: { id: number; epoch: number }, commit: boolean): number {
    const seq = this.lines.length + 1;
    this.lines.push({ ...one, seq, commit });
    return seq;
  }
}

/** A capability or epoch, said by how far it is behind the log's epoch, so that most make sense. */
const behind = fc.integer({ min: -1, max: 6 });
const one = fc.record({ id: fc.nat({ max: 30 }), behind });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('append' as const),
      behind,
      batch: fc.array(one, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('commit' as const),
      behind: fc.nat({ max: 4 }),
      one: fc.record({ id: fc.nat({ max: 30 }), behind: fc.integer({ min: -1, max: 1 }) }),
      closes: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('read' as const), behind, from: fc.nat({ max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('live' as const), behind }) },
);

async function outcome<T>(asked: Promise<T>): Promise<T | string> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

/** Of every capability, from every seq. */
async function expectReads(log: Uint8Array, naive: NaiveLog): Promise<void> {
  const all = Array.from({ length: naive.epoch + 1 }, (_, epoch) =>
    Array.from({ length: naive.lines.length + 2 }, (_, from) => ({ epoch, from })),
  ).flat();
  const read = async ({ epoch, from }: { epoch: number; from: number }) => {
    const { entries, head } = await engine.read(log, { role: 'member', epoch }, from, 100_000);
    return { epoch, from, seqs: entries.map(({ seq }) => seq), head };
  };
  expect(await Promise.all(all.map(read))).toEqual(
    all.map(({ epoch, from }) => ({ epoch, from, ...naive.read(epoch, from) })),
  );
}

test('a log answers every request as docs/protocol.md section 4 says', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const log = id();
      await engine.create({ log, kind: 0, hash: hashOf(log), allowance });
      const naive = new NaiveLog();
      const epochOf = (by: number) => Math.max(0, naive.epoch - by);
      const body = Uint8Array.of(1);
      const entryOf = (one: { id: number; behind: number }) => {
        const epoch = epochOf(one.behind);
        return { id: secret(`id ${one.id}`).slice(0, 16), epoch, body };
      };
      for (const step of steps) {
        // Nobody can open a log with the capability of an epoch that it has not reached.
        const epoch = Math.min(epochOf(step.behind), naive.epoch);
        const access: Access = { role: 'member', epoch };
        let actual: unknown;
        let expected: unknown;
        if (step.op === 'append') {
          const batch = step.batch.map((one) => ({ id: one.id, epoch: epochOf(one.behind) }));
          expected = naive.append(epoch, batch);
          const asked = engine.append(log, access, step.batch.map(entryOf), true);
          actual = await outcome(asked.then(({ seqs }) => seqs));
        } else if (step.op === 'commit') {
          const { one, closes } = step;
          const entry = entryOf(one);
          expected = naive.commit(epoch, { id: one.id, epoch: entry.epoch }, closes);
          const turn = { closes, next: secret() };
          const asked = engine.commit(log, access, entry, turn, true);
          actual = await outcome(asked.then(({ seq }) => [seq]));
        } else if (step.op === 'read') {
          expected = naive.read(epoch, step.from);
          const { entries, head } = await engine.read(log, access, step.from, 100_000);
          actual = { seqs: entries.map(({ seq }) => seq), head };
        } else {
          expected = naive.live(epoch);
          actual = await outcome(engine.live(log, access).then(({ head }) => head));
        }
        seen.add(`${step.op} ${typeof expected === 'string' ? expected : 'done'}`);
        expect(actual).toEqual(expected);
      }
      await expectReads(log, naive);
    }),
    { numRuns: 300 * RUNS },
  );
  // All that can be answered was.
  expect([...seen].sort()).toEqual([
    'append done',
    'append exists',
    'append forbidden',
    'append malformed',
    'append stale',
    'commit done',
    'commit exists',
    'commit forbidden',
    'commit stale',
    'live done',
    'live forbidden',
    'read done',
  ]);
});
