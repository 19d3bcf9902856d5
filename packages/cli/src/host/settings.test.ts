import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '@polynya/server/config';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../failure.ts';
import { TemporaryFolder } from '../test/cli.ts';
import { parseConfigFile } from './config-file.ts';
import {
  documentedFile,
  limitDefaults,
  readNumber,
  settings,
  variableOf,
  written,
} from './setting-list.ts';
import { readSettings } from './settings.ts';

const limitsIn = (text: string, env: Record<string, string> = {}, set: string[] = []) => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.in('polynya.conf'), text);
  return parseConfig(readSettings({ data: folder.path, set }, env).limits);
};

test('every limit of a server is a setting, with the value in the file that holds without it', () => {
  for (const name of limitDefaults().keys()) expect(settings.has(name), name).toBe(true);
  const uncommented = documentedFile().replaceAll(/^#(?=[\w.]+ =)/gm, '');
  expect(limitsIn(uncommented)).toEqual(parseConfig());
  expect(limitsIn(documentedFile())).toEqual(parseConfig());
});

test('the documented file of the project is the one that the program prints', () => {
  const file = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'polynya.conf');
  expect(readFileSync(file, 'utf8')).toBe(documentedFile());
});

test('limits are, unless the host says otherwise, those that chat servers are known to live with', () => {
  expect(parseConfig()).toMatchObject({
    keep: { days: 30, largeBlobDays: 7 },
    allowance: { stored: 500_000_000 },
    rates: { entries: { burst: 60, everyMs: 1_000 } },
  });
});

test('the environment overrides the file, and options override both', () => {
  const file = 'keep.days = 10\nkeep.largeBlobDays = 5\nkeep.maxBytes = 2 GB # half the disk\n';
  const env = { POLYNYA_KEEP_LARGE_BLOB_DAYS: '4', POLYNYA_KEEP_MAX_BYTES: '3 GB' };
  expect(limitsIn(file, env, ['keep.maxBytes=4 GiB']).keep).toMatchObject({
    days: 10,
    largeBlobDays: 4,
    maxBytes: 4 * 2 ** 30,
  });
});

test('flags, PORT and the file say where it runs, the flags last', () => {
  using folder = new TemporaryFolder();
  const config = folder.in('any.conf');
  writeFileSync(
    config,
    `data = ${folder.path}\nport = 1\npublic = https://a.example https://b.example/x/\n`,
  );
  const read = (flags: object, env = {}) => readSettings({ config, ...flags }, env);
  expect(read({})).toMatchObject({
    dataDir: folder.path,
    port: 1,
    host: '127.0.0.1',
    publicUrls: ['https://a.example', 'https://b.example/x'],
  });
  expect(read({}, { POLYNYA_PORT: '2', PORT: '9' }).port).toBe(2);
  expect(read({ port: '3', public: ['https://c.example'] }, { POLYNYA_PORT: '2' })).toMatchObject({
    port: 3,
    publicUrls: ['https://c.example'],
  });
  expect(readSettings({ data: folder.in('none') }, { PORT: '9' }).port).toBe(9);
});

test('Web Push is sent unless the host says no', () => {
  using folder = new TemporaryFolder();
  const read = (set: string[]) => readSettings({ data: folder.path, set }, {});
  expect([[], ['push=yes'], ['push=no']].map((set) => read(set).push)).toEqual([true, true, false]);
});

describe('what is wrong is told in one sentence, with the place:', () => {
  test.each([
    [
      'keep.dayz = 3',
      'polynya.conf, line 1: there is no setting "keep.dayz"; polynya settings lists them.',
    ],
    ['\n# days\nkeep.days', 'polynya.conf, line 3: say name = value.'],
    ['keep.days = 3\nkeep.days = 4', 'polynya.conf, line 2: "keep.days" is set twice.'],
    [
      'keep.maxBytes = much',
      'polynya.conf, line 1: "keep.maxBytes" takes a size such as 500 MB, not "much".',
    ],
    ['keep.days = 3 d', 'polynya.conf, line 1: "keep.days" takes a whole number, not "3 d".'],
    ['push = maybe', 'polynya.conf, line 1 is yes or no, not "maybe".'],
    ['keep.days = 0', 'polynya.conf, line 1: The setting "keep.days" is wrong: '],
    ['port = 99999', 'polynya.conf, line 1: the port is a number from 0 to 65535, not 99999.'],
    [
      'public = example.org',
      'polynya.conf, line 1 takes a URL like https://example.org, not "example.org".',
    ],
  ])('%j', (text, sentence) => {
    expect(() => limitsIn(text)).toThrow(Failure);
    expect(() => limitsIn(text)).toThrow(sentence);
  });

  test('in the environment and in options', () => {
    expect(() => limitsIn('', { POLYNYA_KEEP_DAYS: 'x' })).toThrow(
      'POLYNYA_KEEP_DAYS: "keep.days"',
    );
    expect(() => limitsIn('', {}, ['keep.days'])).toThrow('--set: say name = value.');
    expect(() => limitsIn('', {}, ['nothing=1'])).toThrow('--set: there is no setting "nothing"');
  });
});

test('no two settings have the same variable', () => {
  expect(new Set([...settings.keys()].map(variableOf)).size).toBe(settings.size);
});

test('a number is read as it is written, whatever its unit', () => {
  fc.assert(
    fc.property(fc.constantFrom('bytes', 'time', 'count'), fc.nat({ max: 10 ** 14 }), (kind, n) => {
      expect(readNumber(kind, written(kind, n))).toBe(n);
    }),
  );
});

test('whatever a file holds, it is read or refused with a sentence', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', 'keep.days =', '#'), (noise, before) => {
      try {
        parseConfigFile(`${before}${noise}`, 'f');
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
      }
    }),
  );
});
