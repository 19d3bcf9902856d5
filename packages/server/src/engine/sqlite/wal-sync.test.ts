/** What is left where the power goes: of the files no more than they held when the last sync that ended had begun. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@polynya/reach/clock';
import { seeded } from '@polynya/reach/test/bad-carrier';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DayKeys } from '../../kept/day-keys.ts';
import { Checkpoints } from './checkpoints.ts';
import { openDatabase } from './database.ts';
import { Turns } from './turns.ts';
import { WalSync } from './wal-sync.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-wal-sync-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what was answered is there after the power went, whatever was written since', async () => {
  const random = seeded(7);
  const path = join(folder, 'polynya.db');
  const db = openDatabase(path, 'FULL', new DayKeys(join(folder, 'keys'), systemRandom));
  const disk = new WalSync(db);
  // So often that the log begins anew many times, and the other thread copies while it is looked at.
  const checkpoints = new Checkpoints(db, disk, { begin: 20, rest: 4, most: 80 });
  const held = join(folder, 'held.db');
  const sync = async () => {
    // In a process of its own: closing a file of SQLite's in this one lets go of its locks.
    execFileSync('cp', [path, held]);
    execFileSync('cp', [`${path}-wal`, `${held}-wal`]);
    await disk.sync();
    await checkpoints.turn();
  };
  const nothing = () => undefined;
  const on = { closing: nothing, committed: nothing, durable: nothing, abandoned: nothing };
  const broken = (error: Error) => expect.unreachable(error.message);
  const turns = new Turns(db, path, sync, { ...on, broken });
  const insert = db.prepare('INSERT INTO piece (blob, number, body) VALUES (?, ?, ?)');
  const answered: number[] = [];
  for (let turn = 0; turn < 60; turn++) {
    const numbers = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, i) => turn * 10 + i);
    await Promise.all(
      numbers.map(async (n) => {
        await turns.change(() =>
          insert.run(new Uint8Array(16), n, new Uint8Array(random() * 20_000)),
        );
        answered.push(n);
      }),
    );
    if (turn % 20 === 19) {
      await checkpoints.alone(() => turns.read(() => checkpoints.truncate()));
    }
    // A part of what came after may be there, or what only looks like it.
    appendFileSync(`${held}-wal`, Buffer.alloc(random() * 9_000, random() * 256));
    const left = new DatabaseSync(held);
    const rows = left.prepare('SELECT number FROM piece ORDER BY number').all();
    expect(rows.map(({ number }) => number)).toEqual([...answered].sort((a, b) => a - b));
    expect(left.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    left.close();
  }
  await checkpoints.stop();
  await turns.stop();
  disk.close();
});
