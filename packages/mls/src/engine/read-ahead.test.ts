/** Reading ahead makes opening faster, and is otherwise not to be seen. */
import { expect, test } from 'vitest';
import type { Entry, Group } from '../engine.ts';
import type { PrivateMessage } from '../framing/private-message.ts';
import { openPrivateMessage } from '../group/open-message.ts';
import { sealApplication, sealed } from '../group/send-message.ts';
import { MlsError } from '../mls-error.ts';
import { trio } from '../test/attacks/attack.ts';
import { ReadAhead } from './read-ahead.ts';
import { anyCommit, assemble, commitEntry, recordsOf, rehearsalEngine, utf8 } from './rehearsal.ts';

const engine = rehearsalEngine();

/** What `reader` makes of each entry, as text; the group that it ends with. */
async function readAll(reader: Group, entries: readonly Entry[]) {
  let group = reader;
  const said: string[] = [];
  for (const entry of entries) {
    try {
      const opened = await group.open(entry, anyCommit);
      ({ group } = opened);
      said.push(opened.kind === 'message' ? new TextDecoder().decode(opened.plaintext) : 'Commit');
    } catch (error) {
      if (!(error instanceof MlsError)) throw error;
      said.push(`${error.code} ${error.rule ?? ''}`);
    }
  }
  return { group, said };
}

/** Ann's and Ben's messages, one of Cid's own, one damaged, one repeated, one late and one that comes too early. */
async function talk() {
  const [first, ...rest] = (await assemble(engine, ['ann', 'ben', 'cid'])) as [Group, Group, Group];
  let [ann, [ben, cid]] = [first, rest as [Group, Group]];
  const entries: Entry[] = [];
  const say = async (group: Group, text: string): Promise<Group> => {
    const sealed = await group.seal(utf8(text), utf8('id'));
    const { body } = sealed;
    entries.push({ kind: 'message', epoch: group.epoch, body, authenticatedData: utf8('id') });
    return sealed.group;
  };
  for (const text of ['one', 'two', 'three']) {
    ann = await say(ann, `ann ${text}`);
    ben = await say(ben, `ben ${text}`);
  }
  const [own, later] = [await say(cid, 'cid one'), entries.pop() as Entry];
  const damaged = {
    ...(entries[2] as Entry),
    body: (entries[2] as Entry).body.map((byte) => byte ^ 1),
  };
  entries.splice(2, 0, damaged, later, entries[0] as Entry);
  entries.push(...entries.splice(5, 1));
  const staged = await ann.commit({});
  entries.push(commitEntry(ann.epoch, staged));
  await say(staged.group, 'ann in the next epoch');
  return { cid: own, entries };
}

test('what is opened, refused and stored is the same with and without it', async () => {
  const { cid, entries } = await talk();
  const plain = await readAll(cid, entries);
  expect(plain.said.filter((text) => /^(ann|ben) /.test(text))).toHaveLength(7);
  expect(plain.said).toContain('cannot-open ');
  expect(plain.said).toContain('replayed ');
  expect(plain.said).toContain('own-entry ');
  expect(plain.said).toContain('Commit');
  cid.readAhead(entries);
  const ahead = await readAll(cid, entries);
  expect(ahead.said).toEqual(plain.said);
  expect(recordsOf(ahead.group)).toEqual(recordsOf(plain.group));
});

test('it is no matter what was foreseen and what comes', async () => {
  const { cid, entries } = await talk();
  const plain = await readAll(cid, entries);
  for (const foreseen of [
    entries.toReversed(),
    entries.slice(1),
    entries.filter((_, at) => at % 2 === 0),
    Array.from({ length: 100 }, () => entries[0] as Entry),
    entries.map((entry) => ({ ...entry, body: entry.body.slice(1) })),
    entries.map((entry) => ({ ...entry, body: new Uint8Array(1) })),
    [],
  ]) {
    cid.readAhead(foreseen);
    const { said } = await readAll(cid, entries);
    expect(said).toEqual(plain.said);
  }
});

test('a signature that does not hold is found by whoever reads ahead, and nothing after it is lost', async () => {
  const [ann, ben] = await trio();
  const { env } = ann;
  const texts = [1, 2, 3].map((number) => Uint8Array.of(number));
  const messages: PrivateMessage[] = [];
  let { state } = ann;
  for (const data of texts) {
    const { state: after, signed } = await sealApplication(env, state, data);
    const [signature] = data[0] === 2 ? [new Uint8Array(64)] : [signed.signature];
    const again = await sealed(env, state, { ...signed, signature });
    expect(again.state.secretTree).toEqual(after.secretTree);
    messages.push(again.message);
    state = again.state;
  }
  const ahead = new ReadAhead(env, ben.state, messages);
  const [first, forged, last] = messages as [PrivateMessage, PrivateMessage, PrivateMessage];
  const opened = await ahead.take(first, ben.state);
  expect(opened?.signed.content.body).toEqual({ kind: 'application', data: texts[0] });
  const after = opened?.state ?? ben.state;
  expect(await ahead.take(forged, after)).toBeUndefined();
  expect(await ahead.take(last, after)).toBeUndefined();
  await expect(openPrivateMessage(env, after, forged)).rejects.toMatchObject({ rule: 'signature' });
  const { signed } = await openPrivateMessage(env, after, last);
  expect(signed.content.body).toEqual({ kind: 'application', data: texts[2] });
});
