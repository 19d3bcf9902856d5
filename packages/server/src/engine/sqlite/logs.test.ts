import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DayKeys } from '../../day-keys.ts';
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
  db = openDatabase(join(folder, 'polynya.db'), 'FULL', keys);
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
  expect(firstOfEpoch()).toBe(1);
  db.exec('ROLLBACK');
  logs.undone();
  expect([firstOfEpoch(), logs.takeChanges()]).toEqual([0, []]);
  logs.append(log, member, [entry()], true);
  expect(firstOfEpoch()).toBe(1);
});

test('a batch for which no key can be made is refused before any of it is written', () => {
  keys.seal = () => {
    throw new ProtocolError('full', 'the disk is full');
  };
  expect(() => logs.append(log, member, [entry(), entry()], true)).toThrow(ProtocolError);
  expect([rows(), firstOfEpoch()]).toEqual([0, 0]);
});
