import { sha256 } from '@noble/hashes/sha2.js';
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { encodeCbor } from '@polynya/protocol/cbor';
import { content as contentCodec, type KnownContent } from '@polynya/protocol/content';
import { ENTRY_KINDS, type Entry } from '@polynya/protocol/requests';
import { start } from '@polynya/protocol/running-hash';
import { systemRandom } from '@polynya/reach/clock';
import { expect, test } from 'vitest';
import { authenticationService } from '../identity/authentication-service.ts';
import { Self } from '../identity/self.ts';
import { makeKeyPackage } from '../inbox/key-packages.ts';
import { advance, type Surroundings } from './advance.ts';
import { commitRequest, stageCommit } from './commits.ts';
import type { Held } from './held.ts';
import { blankPerson } from './people.ts';
import { sealItems } from './sealing.ts';
import { blankState, type ConversationState } from './state.ts';

const engine = makeEngine({
  authentication: authenticationService,
  now: () => Math.floor(Date.now() / 1_000),
});
const log = systemRandom(16);
const [anna, boris] = [
  await Self.create(systemRandom, 'Anna'),
  await Self.create(systemRandom, 'Boris'),
];
const own = await Promise.all(
  [anna, boris].map((self) => makeKeyPackage(engine, self, Date.now(), false)),
);

const around: Surroundings = {
  chat: 'aa',
  me: boris.person,
  device: boris.device.publicKey,
  now: 1,
  latest: 1,
  adopt: () => Promise.reject(new Error('nothing is pending')),
  blocked: () => false,
};

/** Anna and Boris in a group, at the beginning of its log. */
async function pair(): Promise<[Held, Held]> {
  const [hers, his] = own as [(typeof own)[0], (typeof own)[0]];
  const { group, welcome } = await (await engine.create(log, hers)).commit({
    add: [his.keyPackage],
  });
  const groups = [group, await engine.join(welcome ?? new Uint8Array(0), his)] as const;
  const people = [anna, boris].map(({ root }, at) => {
    return { ...blankPerson(root), admin: at === 0, wasAdmin: at === 0, here: true };
  });
  const state = blankState({
    server: new Uint8Array(32),
    log,
    phase: 'active',
    direct: false,
    title: '',
    since: 0,
    token: new Uint8Array(32),
    cursor: 0,
    hash: start(log),
    firstEpoch: group.epoch,
    people,
  });
  const [a, b] = groups.map((one) => ({ state, group: one, staged: null, seat: null }));
  return [a as Held, b as Held];
}

/** What changes the record, as Boris says it, and whether the record says so. */
const changes: [KnownContent, (state: ConversationState) => boolean | undefined][] = [
  [{ kind: 'leave' }, ({ people }) => people.some(({ leaving }) => leaving)],
  [{ kind: 'title', title: 'Home' }, ({ title }) => title === 'Home'],
  [{ kind: 'profile', name: 'Boris', card: null }, ({ people }) => people[1]?.name === 'Boris'],
];
test.each(changes)(
  'a $kind that a Commit came before does not count: a newcomer by that Commit cannot open it; its sender says it again',
  async (said, counts) => {
    const [hers, his] = await pair();
    const item = { id: systemRandom(16), at: 5_000, row: 'aa/1' };
    const content = encodeCbor(contentCodec.encode(said));
    const sealed = await sealItems(his.group, his.state, [{ ...item, content }]);
    const waiting = { ...his, group: sealed.group, state: { ...his.state, batch: sealed.batch } };

    const staged = await stageCommit(engine, hers, systemRandom(16), {});
    if (!staged.state.pending || !staged.staged) throw new Error('nothing staged');
    const { entry, turn } = commitRequest(staged.state.pending);
    const commit: Entry = { seq: 1, kind: ENTRY_KINDS.commit, ...entry, turn };
    const body = sealed.batch[0]?.body ?? new Uint8Array(0);
    const { id } = item;
    const late = {
      seq: 2,
      kind: ENTRY_KINDS.message,
      epoch: his.group.epoch,
      id,
      body,
      turn: null,
    };

    const his1 = await advance(waiting, commit, around);
    const his2 = await advance(his1.held, late, around);
    expect(his2.again).toEqual({ key: 'aa/1', at: 5_000, content });
    expect(his2.met).toEqual([]);
    expect(his2.held.state).toMatchObject({ phase: 'active', batch: [] });

    const here = { ...around, me: anna.person, adopt: async () => staged.staged as Held['group'] };
    const her1 = await advance(staged, commit, here);
    const her2 = await advance(her1.held, late, here);
    for (const { held } of [his2, her2]) expect(counts(held.state)).toBe(false);
    expect(her2.held.state.hash).toEqual(his2.held.state.hash);

    const inTime = await advance(hers, { ...late, seq: 1 }, here);
    expect(counts(inTime.held.state)).toBe(true);
  },
);

test('an entry under the id of an own message is that message only if it is what left', async () => {
  const [, his] = await pair();
  const item = { id: systemRandom(16), at: 5_000, row: 'aa/1' };
  const said = { kind: 'text' as const, text: 'Hello', reply: null, mentions: [] };
  const content = encodeCbor(contentCodec.encode(said));
  const first = await sealItems(his.group, his.state, [{ ...item, content }]);
  const body = first.batch[0]?.body ?? new Uint8Array(0);
  const anew = await sealItems(first.group, his.state, [
    { ...item, content, earlier: [sha256(body)] },
  ]);
  const waiting = { ...his, group: anew.group, state: { ...his.state, batch: anew.batch } };
  const { epoch } = his.group;
  const entry = { seq: 1, kind: ENTRY_KINDS.message, epoch, id: item.id, turn: null };
  for (const left of [body, anew.batch[0]?.body ?? body]) {
    const met = await advance(waiting, { ...entry, body: left }, around);
    expect(met.met).toEqual([{ id: item.id, row: item.row }]);
    expect(met.displaced).toBeUndefined();
  }
  const forged = await advance(waiting, { ...entry, body: systemRandom(100) }, around);
  expect(forged.met).toEqual([]);
  expect(forged.displaced?.row).toBe(item.row);
  expect(forged.held.state).toMatchObject({ trouble: 'server-lies', batch: [] });
});

test('an own Commit whose capability the server exchanged is not followed by its maker either', async () => {
  const [hers] = await pair();
  const staged = await stageCommit(engine, hers, systemRandom(16), {});
  if (!staged.state.pending) throw new Error('nothing staged');
  const { entry, turn } = commitRequest(staged.state.pending);
  const here = { ...around, me: anna.person, adopt: async () => staged.staged as Held['group'] };
  const commit = { seq: 1, kind: ENTRY_KINDS.commit, ...entry, turn };
  expect((await advance(staged, commit, here)).held.state.phase).toBe('active');
  const foreign = { ...commit, turn: { ...turn, next: systemRandom(32) } };
  expect((await advance(staged, foreign, here)).held.state.phase).toBe('stopped');
});

test('who was told of other admins than the others sees it by the first message of this epoch', async () => {
  const [hers, his] = await pair();
  const said = { kind: 'text' as const, text: 'Hello', reply: null, mentions: [] };
  const content = encodeCbor(contentCodec.encode(said));
  const id = systemRandom(16);
  const { batch } = await sealItems(hers.group, hers.state, [{ id, at: 5_000, row: '', content }]);
  const { epoch, body } = batch[0] as (typeof batch)[0];
  const entry = { seq: 1, kind: ENTRY_KINDS.message, epoch, id, body, turn: null };
  expect((await advance(his, entry, around)).held.state.trouble).toBe('');
  const people = his.state.people.map((person) => ({ ...person, admin: true, wasAdmin: true }));
  const deceived = { ...his, state: { ...his.state, people } };
  const seen = await advance(deceived, entry, around);
  expect(seen.held.state.trouble).toBe('roles-differ');
  expect(seen.shown).toMatchObject([{ content: { text: 'Hello' } }, {}]);
});

test('a pin that does not count where it stands is shown to nobody, and failed for who said it', async () => {
  const [hers, his] = await pair();
  const strangers = Array.from({ length: 7 }, (_, at) => {
    return { ...blankPerson(new Uint8Array(32).fill(at + 1)), here: true };
  });
  const target = systemRandom(16);
  const content = encodeCbor(contentCodec.encode({ kind: 'pin', text: '', target, on: true }));
  const item = { id: systemRandom(16), at: 5_000, row: 'aa/1' };
  const sealed = await sealItems(his.group, his.state, [{ ...item, content }]);
  const [{ epoch, body }] = sealed.batch as [(typeof sealed.batch)[0]];
  const entry = { seq: 1, kind: ENTRY_KINDS.message, epoch, id: item.id, body, turn: null };
  const among = (held: Held, others: typeof strangers): Held => {
    const people = [...held.state.people, ...others];
    return { ...held, state: { ...held.state, people } };
  };
  const sent = { ...his, group: sealed.group, state: { ...his.state, batch: sealed.batch } };
  const here = { ...around, me: anna.person };

  const many = await advance(among(hers, strangers), entry, here);
  expect(many.shown.filter((one) => 'event' in one || one.content.kind === 'pin')).toEqual([]);
  const own = await advance(among(sent, strangers), entry, around);
  expect(own).toMatchObject({ shown: [], met: [], displaced: { id: item.id, row: 'aa/1' } });
  expect(own.held.state.batch).toEqual([]);

  const few = await advance(hers, entry, here);
  expect(few.shown[0]).toMatchObject({ event: { event: 'pinned', by: boris.person } });
  const met = await advance(sent, entry, around);
  expect(met.met).toEqual([{ id: item.id, row: 'aa/1' }]);
  expect(met.shown.map((one) => 'content' in one && one.content.kind)).toEqual([false, 'pin']);
});
