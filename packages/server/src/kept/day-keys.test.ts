import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { id } from '../test/ids.ts';
import { RUNS } from '../test/runs.ts';
import { DayKeys } from './day-keys.ts';

const DAY = 24;
const HOUR = 20_000 * DAY + 5;
const place = { id: id(), number: 7 };
const body = new TextEncoder().encode('a body that is already sealed by its sender');

let folder = '';
let keys: DayKeys;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'polynya-day-keys-')), 'keys');
  keys = new DayKeys(folder, systemRandom);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const reopened = () => new DayKeys(folder, systemRandom);
const keyFile = (name = '2024-10-04') => join(folder, name);

test('what was sealed opens again, on the same day and after a restart, and only in its place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), fc.nat(), (bytes, number) => {
      const sealed = keys.seal(HOUR, { ...place, number }, bytes);
      expect(sealed).toHaveLength(bytes.length + 28);
      expect(keys.open(HOUR + 3, { ...place, number }, sealed)).toEqual(bytes);
      expect(reopened().open(HOUR, { ...place, number }, sealed)).toEqual(bytes);
      expect(keys.open(HOUR, { ...place, number: number + 1 }, sealed)).toBeUndefined();
      expect(keys.open(HOUR, { id: id(), number }, sealed)).toBeUndefined();
      expect(keys.open(HOUR + DAY, { ...place, number }, sealed)).toBeUndefined();
    }),
    { numRuns: 20 * RUNS },
  );
});

test('a changed or shortened body does not open', () => {
  const sealed = keys.seal(HOUR, place, body);
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = sealed.map((byte, i) => (i === at ? byte ^ flip : byte));
      expect(keys.open(HOUR, place, changed)).toBeUndefined();
      expect(keys.open(HOUR, place, sealed.subarray(0, at))).toBeUndefined();
    }),
    { numRuns: 100 * RUNS },
  );
});

test('a day whose key cannot be made because too many files are open is refused as busy, and seals later', () => {
  const script = `
    import { closeSync, openSync } from 'node:fs';
    import { DayKeys } from ${JSON.stringify(join(import.meta.dirname, 'day-keys.ts'))};
    const keys = new DayKeys(process.argv[1], (length) => new Uint8Array(length).fill(1));
    const place = { id: new Uint8Array(16), number: 1 };
    const seal = () => {
      try { return keys.seal(${HOUR}, place, new Uint8Array(1)).length; } catch (error) { return error.code; }
    };
    const files = [];
    try { for (;;) files.push(openSync('/dev/null')); } catch (error) { if (error.code !== 'EMFILE') throw error; }
    const first = seal();
    for (const file of files) closeSync(file);
    console.log(first, seal());`;
  const node = [process.execPath, '--input-type=module', '-e', script, folder];
  const few = ['-c', 'ulimit -n 64 && exec "$@"', 'sh', ...node];
  expect(spawnSync('sh', few, { encoding: 'utf8' }).stdout.trim()).toBe('busy 29');
});

test('the same body in the same place is sealed under another nonce each time', () => {
  const nonces = Array.from({ length: 100 }, () =>
    String(keys.seal(HOUR, place, body).subarray(0, 12)),
  );
  expect(new Set(nonces).size).toBe(100);
});

test('each day has a key in a file of its own, for its owner alone, named by its date', () => {
  for (const hour of [HOUR, HOUR + 1, HOUR + DAY]) keys.seal(hour, place, body);
  expect(readdirSync(folder).sort()).toEqual(['2024-10-04', '2024-10-05']);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  expect(readFileSync(keyFile())).toHaveLength(32);
  expect(readFileSync(keyFile())).not.toEqual(readFileSync(keyFile('2024-10-05')));
});

test('destroying takes whole days before the given hour, for good', () => {
  const sealed = [HOUR, HOUR + DAY].map((hour) => keys.seal(hour, place, body));
  keys.destroyBefore(HOUR + 1);
  expect(readdirSync(folder)).toHaveLength(2);
  keys.destroyBefore(HOUR + DAY + 1);
  expect(readdirSync(folder)).toEqual(['2024-10-05']);
  for (const one of [keys, reopened()]) {
    expect([one.has(HOUR), one.has(HOUR + DAY)]).toEqual([false, true]);
    expect(one.open(HOUR, place, sealed[0] ?? body)).toBeUndefined();
    expect(one.open(HOUR + DAY, place, sealed[1] ?? body)).toEqual(body);
  }
});

test('a destruction that was cut short is ended at the next start', () => {
  keys.seal(HOUR, place, body);
  writeFileSync(keyFile(), new Uint8Array(32));
  const after = reopened();
  after.load();
  expect(after.has(HOUR)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test('a damaged key file is told before anything is served, and kept', () => {
  keys.seal(HOUR, place, body);
  writeFileSync(keyFile(), 'short');
  expect(() => reopened().load()).toThrow(
    expect.objectContaining({ name: 'StorageError', fault: 'corrupt' }),
  );
  expect(readFileSync(keyFile(), 'utf8')).toBe('short');
});

test('servers that share the folder seal each day under one key, whoever makes it', () => {
  const other = reopened();
  other.load();
  keys.load();
  const sealed = [keys.seal(HOUR, place, body), other.seal(HOUR, place, body)];
  for (const one of [keys, other, reopened()]) {
    for (const stored of sealed) expect(one.open(HOUR, place, stored)).toEqual(body);
  }
  keys.destroyBefore(HOUR + DAY);
  other.destroyBefore(HOUR + DAY);
  expect([keys.has(HOUR), other.has(HOUR)]).toEqual([false, false]);
  expect(readdirSync(folder)).toEqual([]);
});
