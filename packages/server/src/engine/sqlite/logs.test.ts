import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { systemRandom } from '@polynya/reach/clock';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DayKeys } from '../../kept/day-keys.ts';
import { entry, hashOf, id, secret } from '../../test/ids.ts';
import { openDatabase } from './database.ts';
import { Logs } from './logs.ts';

const HOUR = 500_000;
const member = { role: 'member', epoch: 0 } as const;

let folder = '';
let db: DatabaseSync;
let keys: DayKeys;
let logs: Logs;
const log = id();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-logs-'));
  keys = new DayKeys(join(folder, 'keys'), systemRandom);
  db = openDatabase(join(folder, 'polynya.db'), 'OFF', keys);
  logs = new Logs(db, keys, () => HOUR, 1e9);
  logs.create({ log, kind: 0, hash: hashOf(secret()), allowance: secret() });
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const firstOfEpoch = () => db.prepare('SELECT first FROM capability WHERE log = ?').get(log)?.first;
const rows = () => Number(db.prepare('SELECT count(*) AS n FROM entry').get()?.n);

test('where an epoch begins is written again when the turn that wrote it was undone', () => {
  db.exec('BEGIN');
  logs.append(log, member, [entry()], true);
  logs.settle();
  expect(firstOfEpoch()).toBe(1);
  db.exec('ROLLBACK');
  logs.undone();
  expect([firstOfEpoch(), logs.takeChanges()]).toEqual([0, []]);
  logs.append(log, member, [entry()], true);
  logs.settle();
  expect(firstOfEpoch()).toBe(1);
});

test('a batch for which no key can be made is refused before any of it is written', () => {
  keys.seal = () => {
    throw new ProtocolError('full', 'the disk is full');
  };
  expect(() => logs.append(log, member, [entry(), entry()], true)).toThrow(ProtocolError);
  expect([rows(), firstOfEpoch()]).toEqual([0, 0]);
});

/** One transaction, as a turn makes it. */
function turn(run: () => void): void {
  db.exec('BEGIN');
  run();
  logs.closeTurn(false);
  db.exec('COMMIT');
  logs.committed();
}
const said = (text: string) => ({ ...entry(), body: Buffer.from(text) });
const say = (text: string) => logs.append(log, member, [said(text)], true);
const texts = () =>
  logs.read(log, member, 1, 100_000).entries.map(({ body }) => Buffer.from(body).toString());
const journal = () => Number(db.prepare('SELECT count(*) AS n FROM journal').get()?.n);

test('what was appended is in the journal alone, is read and known as a repeat, also after a new start', () => {
  const one = said('one');
  turn(() => logs.append(log, member, [one], true));
  turn(() => say('two'));
  for (const when of ['before', 'after']) {
    expect([when, rows(), journal(), texts()]).toEqual([when, 0, 2, ['one', 'two']]);
    const again = logs.append(log, member, [one], true);
    expect(again).toEqual({ seqs: [1], repeated: true });
    logs = new Logs(db, keys, () => HOUR, 1e9);
  }
  turn(() => logs.settle());
  expect([rows(), journal(), texts()]).toEqual([2, 0, ['one', 'two']]);
});

test('a Commit goes to the tables with what came before it', () => {
  turn(() => say('before'));
  const turned = { closes: false, next: hashOf(secret('next')) };
  turn(() => logs.commit(log, member, entry(), turned, true));
  turn(() =>
    logs.append(log, { role: 'member', epoch: 1 }, [{ ...said('after'), epoch: 1 }], true),
  );
  expect([rows(), firstOfEpoch()]).toEqual([2, 1]);
  expect(logs.live(log, { role: 'member', epoch: 1 })).toMatchObject({ head: 3, epoch: 1 });
});

test('where nothing comes any more, no row of the journal is left in the end', () => {
  for (let n = 0; n < 20; n++) turn(() => say(`${n}`));
  turn(() => {
    say('and a Commit in the same turn');
    logs.commit(log, member, entry(), { closes: false, next: hashOf(secret('next')) }, true);
  });
  for (let steps = 0; !logs.settled; steps++) {
    expect(steps).toBeLessThan(10);
    turn(() => logs.settleOn());
  }
  expect([rows(), journal()]).toEqual([22, 0]);
});

test('rows of the journal that are in the tables already are seen at a start, and go', () => {
  turn(() => say('one'));
  const [row] = db.prepare('SELECT number, entries FROM journal').all();
  turn(() => logs.settle());
  db.prepare('INSERT INTO journal (number, entries) VALUES (?, ?)').run(
    Number(row?.number),
    row?.entries as Uint8Array,
  );
  logs = new Logs(db, keys, () => HOUR, 1e9);
  expect([logs.settled, texts()]).toEqual([false, ['one']]);
  turn(() => logs.settleOn());
  expect([logs.settled, journal(), texts()]).toEqual([true, 0, ['one']]);
});

test('retention deletes what is in the journal alone, or still in it, and leaves what is young where it is', () => {
  const retain = (entriesSince: number) => {
    let deleted = 0;
    const retention = {
      blobsSince: 0,
      largeBlobsSince: 0,
      largeBlob: 1,
      maxBytes: 1e12,
      now: HOUR,
    };
    turn(() => {
      while (logs.retain({ ...retention, entriesSince })) deleted++;
    });
    return [deleted, rows(), journal()];
  };
  turn(() => say('one'));
  expect(retain(HOUR)).toEqual([0, 0, 1]);
  expect(retain(HOUR + 1)).toEqual([1, 0, 0]);
  turn(() => say('two'));
  logs = new Logs(db, keys, () => HOUR + 1, 1e9);
  turn(() => say('three'));
  expect(retain(HOUR + 1)).toEqual([1, 1, 0]);
  expect(texts()).toEqual(['three']);
});

test('what the tables have more of than one answer holds is not skipped for what came last', () => {
  turn(() => {
    for (let n = 0; n < 80; n++)
      logs.append(
        log,
        member,
        Array.from({ length: 16 }, () => said('')),
        true,
      );
  });
  turn(() => logs.settle());
  turn(() => say('last'));
  const { entries, first } = logs.read(log, member, 1, 1_000_000);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, n) => first + n));
});

test.each([
  ['cut off', (row: Buffer) => row.subarray(0, 60)],
  ['cut off in an entry', (row: Buffer) => row.subarray(0, -1)],
  ['of another length', (row: Buffer) => Buffer.from(row).fill(0xff, 53, 57)],
  ['of a log that is not there', (row: Buffer) => Buffer.from(row).fill(0, 0, 16)],
  ['with a gap before it', (row: Buffer) => Buffer.from(row).fill(0x41, 32, 34)],
])('a row of the journal that is %s is told as damage', (_, damage) => {
  turn(() => say('one'));
  const row = Buffer.from(db.prepare('SELECT entries FROM journal').get()?.entries as Uint8Array);
  db.prepare('UPDATE journal SET entries = ?').run(damage(row));
  expect(() => new Logs(db, keys, () => HOUR, 1e9)).toThrow(
    expect.objectContaining({ name: 'StorageError', fault: 'corrupt' }),
  );
});

/** What may happen to a log, in any order. */
const happening = fc.constantFrom('say', 'refused', 'undone', 'step', 'settle', 'start', 'commit');

test('whatever is settled, undone or started anew in between, a log has what was committed, once and in order', () => {
  let round = 0;
  fc.assert(
    fc.property(fc.array(happening, { minLength: 1, maxLength: 30 }), (happenings) => {
      const own = id(`log ${round++}`);
      logs.create({ log: own, kind: 0, hash: hashOf(secret('own')), allowance: secret() });
      const expected: string[] = [];
      let epoch = 0;
      const access = () => ({ role: 'member', epoch }) as const;
      const append = (text: string) =>
        logs.append(own, access(), [{ ...said(text), epoch }], text !== 'refused');
      const undone = (run: () => void) => {
        db.exec('BEGIN');
        run();
        db.exec('ROLLBACK');
        logs.undone();
      };
      for (const [i, what] of happenings.entries()) {
        if (what === 'say') turn(() => append(`${i}`));
        else if (what === 'refused') expect(() => append('refused')).toThrow(ProtocolError);
        else if (what === 'undone') {
          undone(() => {
            append('undone');
            logs.settle();
            append('undone too');
          });
        } else if (what === 'step') turn(() => logs.settleOn());
        else if (what === 'settle') turn(() => logs.settle());
        else if (what === 'start') logs = new Logs(db, keys, () => HOUR, 1e9);
        else {
          const next = hashOf(secret(`${round} ${i}`));
          const commit = { ...said(`${i}`), epoch };
          turn(() => logs.commit(own, access(), commit, { closes: false, next }, true));
          epoch++;
        }
        if (what === 'say' || what === 'commit') expected.push(`${i}`);
        const { entries, head } = logs.read(own, access(), 1, 100_000);
        expect(entries.map(({ body }) => Buffer.from(body).toString())).toEqual(expected);
        expect([head, entries.map(({ seq }) => seq)]).toEqual([
          expected.length,
          expected.map((_, n) => n + 1),
        ]);
      }
    }),
    { numRuns: 50 },
  );
});
