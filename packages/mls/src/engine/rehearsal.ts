/** For tests: an engine, people with KeyPackages, and groups whose members all follow one log. */

import { systemRandom, webPrimitives } from '@polynya/crypto/web-primitives';
import { xWingAes128Suite } from '../crypto/own-suite.ts';
import type { Engine, Entry, Group, OwnKeyPackage, RecordChange, StagedCommit } from '../engine.ts';
import type { Environment } from '../group/environment.ts';
import type { GroupState } from '../group/state.ts';
import { MlsError, type MlsErrorCode } from '../mls-error.ts';
import { DEFAULT_LIMITS, type Ratchet } from '../schedule/ratchet.ts';
import { PAST } from './limits.ts';
import { makeEngine } from './polynya-engine.ts';
import { restoreKept } from './records.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const GROUP_ID = utf8('a group of tests');
export const DAY = 86_400;
export const now = (): number => Math.floor(Date.now() / 1000);
export const anyCommit = (): boolean => true;

/** The code with which `work` fails. Anything but an MlsError is a defect and is thrown on. */
export async function refusal(work: () => unknown): Promise<MlsErrorCode | 'nothing'> {
  try {
    await work();
  } catch (error) {
    if (error instanceof MlsError) return error.code;
    throw error;
  }
  return 'nothing';
}

/** Accepts every credential that does not start with `stranger`. */
export const rehearsalEngine = (clock: () => number = now): Engine =>
  makeEngine({
    authentication: {
      accepts: async (credential) => !new TextDecoder().decode(credential).startsWith('stranger'),
    },
    now: clock,
  });

export function person(engine: Engine, name: string, seed?: Uint8Array): Promise<OwnKeyPackage> {
  const lifetime = { notBefore: now() - DAY, notAfter: now() + DAY };
  return engine.keyPackage({ credential: utf8(name), ...(seed && { seed }), ...lifetime });
}

export function commitEntry(epoch: number, staged: StagedCommit): Entry {
  return { kind: 'commit', epoch, body: staged.body, closes: staged.closes };
}

export async function openCommit(group: Group, entry: Entry) {
  const opened = await group.open(entry, anyCommit);
  if (opened.kind !== 'commit') throw new Error('a Commit was expected');
  return opened;
}

export async function openMessage(group: Group, body: Uint8Array, epoch = group.epoch) {
  const opened = await group.open({ kind: 'message', epoch, body }, anyCommit);
  if (opened.kind !== 'message') throw new Error('a message was expected');
  return opened;
}

/** `names.length` members in one group, the first having added all others, sixteen to a Commit. */
export async function assemble(engine: Engine, names: readonly string[]): Promise<Group[]> {
  const [first, ...others] = await Promise.all(names.map((name) => person(engine, name)));
  if (first === undefined) throw new Error('a group has a member');
  let groups = [await engine.create(GROUP_ID, first)];
  for (let at = 0; at < others.length; at += 16) {
    const batch = others.slice(at, at + 16);
    const followed = await follow(groups, 0, { add: batch.map(({ keyPackage }) => keyPackage) });
    const { welcome } = followed.staged;
    if (welcome === undefined) throw new Error('a Welcome was expected');
    const joined = await Promise.all(batch.map((own) => engine.join(welcome, own)));
    groups = [...followed.groups, ...joined];
  }
  return groups;
}

/** `groups` after the member at `by` made `change` and all took it, itself included. */
export async function follow(
  groups: readonly Group[],
  by: number,
  change: Parameters<Group['commit']>[0],
): Promise<{ groups: Group[]; staged: StagedCommit }> {
  const maker = groups[by];
  if (maker === undefined) throw new Error('no such member');
  const staged = await maker.commit(change);
  const entry = commitEntry(maker.epoch, staged);
  const after = await Promise.all(
    groups.map(async (group, at) =>
      at === by ? staged.group : (await openCommit(group, entry)).group,
    ),
  );
  return { groups: after, staged };
}

/** The environment of a member who asks nobody and looks at no clock, as an insider's altered client might. */
export const lenient = (): Environment => ({
  suite: xWingAes128Suite(webPrimitives),
  authority: { accepts: () => true, mayBecome: () => true, mayResync: () => true },
  random: systemRandom,
  now: null,
  clock: now(),
  limits: DEFAULT_LIMITS,
  past: PAST,
});

/** What a member holds, in memory of its own. */
export function stateOf(group: Group): GroupState {
  const { member } = restoreKept(recordsOf(group));
  if (member === null) throw new Error('a member was expected');
  return member;
}

/** A leaf's application ratchet. */
export function ratchetOf({ secretTree }: GroupState, leafIndex: number): Ratchet {
  let node = secretTree.root;
  for (let bit = secretTree.leafCount / 2; !('handshake' in node); bit /= 2) {
    if (node instanceof Uint8Array) throw new Error('nothing was taken from that ratchet');
    node = (leafIndex & bit) === 0 ? node.left : node.right;
  }
  return node.application;
}

/** A group as it is stored. */
export function recordsOf(group: Group): Map<string, Uint8Array> {
  const changes = group.changesSince(null);
  return new Map(changes.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])));
}

/** A group as it comes back from storage. */
export const restored = (engine: Engine, group: Group): Group => engine.restore(recordsOf(group));

/** Records after changes. */
export function stored(
  records: ReadonlyMap<string, Uint8Array>,
  changes: readonly RecordChange[],
): Map<string, Uint8Array> {
  const after = new Map(records);
  for (const { name, value } of changes) {
    if (value === null) after.delete(name);
    else after.set(name, value);
  }
  return after;
}
