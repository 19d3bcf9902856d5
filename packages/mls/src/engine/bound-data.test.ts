/** What a maker binds to an entry is authenticated and does not travel (RFC 9420 section 6.3.1). */
import { expect, test } from 'vitest';
import { anyCommit, assemble, commitEntry, refusal, rehearsalEngine, utf8 } from './rehearsal.ts';

const engine = rehearsalEngine();
const [ada, grace] = await assemble(engine, ['ada', 'grace']);
if (!ada || !grace) throw new Error('two members were expected');
const id = utf8('an id of an entry');
const other = utf8('an id of another');

test('a message opens only under what was bound to it', async () => {
  const { body } = await ada.seal(utf8('hello'), id);
  const entry = { kind: 'message', epoch: ada.epoch, body } as const;
  expect(await refusal(() => grace.open(entry, anyCommit))).toBe('cannot-open');
  expect(await refusal(() => grace.open({ ...entry, authenticatedData: other }, anyCommit))).toBe(
    'cannot-open',
  );
  const opened = await grace.open({ ...entry, authenticatedData: id }, anyCommit);
  expect(opened.kind === 'message' && opened.plaintext).toEqual(utf8('hello'));
});

test('a Commit opens only under what was bound to it', async () => {
  const staged = await ada.commit({ authenticatedData: id });
  const entry = commitEntry(ada.epoch, staged);
  expect(await refusal(() => grace.open(entry, anyCommit))).toBe('cannot-open');
  expect(await refusal(() => grace.open({ ...entry, authenticatedData: other }, anyCommit))).toBe(
    'cannot-open',
  );
  const opened = await grace.open({ ...entry, authenticatedData: id }, anyCommit);
  expect(opened.kind === 'commit' && opened.group.epoch).toBe(ada.epoch + 1);
});

test('more than 256 bytes are not bound', async () => {
  const long = new Uint8Array(257);
  expect(await refusal(() => ada.seal(utf8('hello'), long))).toBe('invalid-argument');
  expect(await refusal(() => ada.commit({ authenticatedData: long }))).toBe('invalid-argument');
});
