/** Whose signature what is refused carries: members act on that, so nobody may be named who did not sign. */
import { expect, test } from 'vitest';
import type { Entry, Group } from '../engine.ts';
import { MlsError } from '../mls-error.ts';
import {
  anyCommit,
  assemble,
  commitEntry,
  openMessage,
  rehearsalEngine,
  restored,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();
const trio = async () => (await assemble(engine, ['ann', 'ben', 'cid'])) as [Group, Group, Group];

async function refusal(group: Group, entry: Entry, lawful = true): Promise<MlsError> {
  try {
    await group.open(entry, () => lawful);
  } catch (error) {
    if (error instanceof MlsError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const message = (group: Group, body: Uint8Array): Entry => {
  return { kind: 'message', epoch: group.epoch, body };
};

test('a Commit that is not lawful names its committer', async () => {
  const [ann, ben] = await trio();
  const entry = commitEntry(ben.epoch, await ben.commit({ remove: [2] }));
  const { code, signer } = await refusal(ann, entry, false);
  expect([code, signer?.leaf]).toEqual(['refused-by-policy', ben.ownLeaf]);
});

test('a Commit that does not open, or whose flag was altered, names nobody', async () => {
  const [ann, ben] = await trio();
  const entry = commitEntry(ben.epoch, await ben.commit({ remove: [2] }));
  const spoiled = entry.body.map((byte, at) => (at === entry.body.length - 1 ? byte ^ 1 : byte));
  for (const bad of [
    { ...entry, body: spoiled },
    { ...entry, closes: false },
  ]) {
    const { code, signer } = await refusal(ann, bad);
    expect([code, signer]).toEqual(['cannot-open', undefined]);
  }
});

test('an entry of another copy of this leaf is proven to be one; what this copy sealed is not', async () => {
  const [ann, ben] = await trio();
  const copy = restored(engine, ann);
  const { group: after, body } = await ann.seal(utf8('said by the one'));
  const proven = await refusal(copy, message(copy, body));
  expect([proven.code, proven.signer?.leaf]).toEqual(['own-entry', ann.ownLeaf]);
  const own = await refusal(after, message(after, body));
  expect([own.code, own.signer]).toEqual(['own-entry', undefined]);
  const staged = await ann.commit({});
  const commit = await refusal(copy, commitEntry(ann.epoch, staged));
  expect([commit.code, commit.signer?.leaf]).toEqual(['own-entry', ann.ownLeaf]);
  expect((await openMessage(ben, body)).plaintext).toEqual(utf8('said by the one'));
  expect(await ben.open(commitEntry(ann.epoch, staged), anyCommit)).toMatchObject({
    kind: 'commit',
  });
});

test('an entry that only claims our leaf proves nothing', async () => {
  const [ann] = await trio();
  const copy = restored(engine, ann);
  const { body } = await ann.seal(utf8('bound to its id'), utf8('one id'));
  const forged = { ...message(copy, body), authenticatedData: utf8('another id') };
  const { code, signer } = await refusal(copy, forged);
  expect([code, signer]).toEqual(['own-entry', undefined]);
});
