/**
 * The course that every engine runs at one size of group. Whoever is measured has two members in it; the others are a
 * crowd on our engine, who never act. Of what is done several times, the fastest counts: what else the machine does
 * can only slow it down. Nothing is asserted here.
 */
import { addOf, type OwnEngine, type OwnNewcomer } from '@polynya/mls/test/peers/own';
import { identityOf, type PeerMember } from '@polynya/mls/test/peers/peer';
import { crowdOf, warmGroup } from './crowd.ts';
import type { Figure, Work } from './row.ts';
import type { Subject } from './subject.ts';

/** Told as soon as it is known, so that a course cut short still says what it measured. */
export type Tell = (work: Work, figure: Figure) => void;

type Pair = readonly [PeerMember, PeerMember];

const GROUP = new TextEncoder().encode('measured group');
const ROUNDS = 9;
/** Messages of one sending, and ms that sending and opening them again may take together. */
const BATCH = 32;
const LASTS = 2_000;

/** `ours` is our engine in the same suite, whatever is measured. */
export async function course(
  subject: Subject,
  ours: OwnEngine,
  n: number,
  tell: Tell,
): Promise<void> {
  const crowd = await crowdOf(ours, n - 2);
  await warmUp(subject);
  const cold = await foundCold(subject, crowd, tell);
  const pair = crowd.length > 0 ? await joinWarm(subject, ours, crowd) : cold;
  await commits(subject, ours, pair, tell);
  await messages(subject, pair, 100, 'seal 100 B', 'open 100 B', tell);
  await together(subject, pair, tell);
  await messages(subject, pair, 16_384, 'seal 16 KB', 'open 16 KB', tell);
  const { tree, state } = subject.sizes?.(pair[1]) ?? {};
  if (tree !== undefined) tell('tree', { bytes: tree });
  if (state !== undefined) tell('state', { bytes: state });
}

async function warmUp({ engine }: Subject): Promise<void> {
  const [one, other] = [await engine.newcomer(identityOf(0)), await engine.newcomer(identityOf(1))];
  const group = await one.create(GROUP);
  const { welcome } = await group.add([other.keyPackage]);
  const joined = await other.join(welcome);
  for (let round = 0; round < 20; round++) {
    await joined.process(await group.update());
    await joined.open(await group.seal(new Uint8Array(100)));
  }
}

/** A group made by one Commit: no parent node has a key, which is what its first update meets. */
async function foundCold(
  { engine }: Subject,
  crowd: readonly OwnNewcomer[],
  tell: Tell,
): Promise<Pair> {
  const first = await engine.newcomer(identityOf(0));
  const second = await engine.newcomer(identityOf(1));
  const creator = await first.create(GROUP);
  const keyPackages = [second, ...crowd].map(({ keyPackage }) => keyPackage);
  const [addAll, added] = await timed(() => creator.add(keyPackages));
  tell('add all', { ms: addAll });
  tell('add all', { bytes: added.commit.length });
  tell('welcome', { bytes: added.welcome.length });
  const [join, joined] = await timed(() => second.join(added.welcome));
  tell('join', { ms: join });
  const [cold, coldCommit] = await timed(() => creator.update());
  tell('update cold', { ms: cold });
  tell('update cold', { bytes: coldCommit.length });
  await joined.process(coldCommit);
  // Of the whole process at its highest: the crowd's KeyPackages, two members, and the runtime itself.
  tell('memory', { bytes: process.resourceUsage().maxRSS * 1_024 });
  return [creator, joined];
}

/** Two members in the last leaves of a group whose parent nodes all have keys. */
async function joinWarm(
  { engine }: Subject,
  ours: OwnEngine,
  crowd: readonly OwnNewcomer[],
): Promise<Pair> {
  const people = [await engine.newcomer(identityOf(0)), await engine.newcomer(identityOf(1))];
  const founder = await warmGroup(ours, crowd);
  const { welcome } = await founder.commit({
    proposals: people.map(({ keyPackage: bytes }) => addOf(bytes)),
    // With one, ts-mls refuses the tree: it expects the same unmerged leaves in all parents of a leaf.
    path: false,
  });
  if (welcome === null) throw new Error('a Welcome was expected');
  const [one, other] = [await people[0]?.join(welcome), await people[1]?.join(welcome)];
  if (!one || !other) throw new Error('two members were expected');
  // They came without a path of their own.
  await one.process(await other.update());
  await other.process(await one.update());
  return [one, other];
}

async function commits(
  subject: Subject,
  ours: OwnEngine,
  [maker, witness]: Pair,
  tell: Tell,
): Promise<void> {
  const [updates, additions, processed]: [number[], number[], number[]] = [[], [], []];
  let commit: Uint8Array = new Uint8Array();
  for (let round = 0; round < ROUNDS; round++) {
    const [ms, made] = await timed(() => maker.update());
    updates.push(ms);
    commit = made;
    processed.push((await timed(() => witness.process(made)))[0]);
  }
  tell('process', { ms: Math.min(...processed) });
  tell('update warm', { ms: Math.min(...updates) });
  tell('commit', { bytes: commit.length });
  const change = async () => witness.process(await maker.update());
  const delta = await subject.delta?.(witness, change);
  if (delta !== undefined) tell('delta', { bytes: delta });
  let welcome = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const late = await ours.newcomer(identityOf(1_000_000 + round));
    const [ms, made] = await timed(() => maker.add([late.keyPackage]));
    additions.push(ms);
    welcome = made.welcome.length;
    await witness.process(made.commit);
  }
  tell('add one', { ms: Math.min(...additions) });
  tell('add one', { bytes: welcome });
}

const perSecond = (times: readonly number[]): Figure => ({
  perSecond: Math.round((BATCH * 1_000) / Math.min(...times)),
});

async function messages(
  { entry = (message) => message.length }: Subject,
  [sender, receiver]: Pair,
  size: number,
  sealWork: Work,
  openWork: Work,
  tell: Tell,
): Promise<void> {
  const plaintext = crypto.getRandomValues(new Uint8Array(size));
  const [seals, opens]: [number[], number[]] = [[], []];
  let sealed: Uint8Array[] = [];
  const until = performance.now() + LASTS;
  do {
    sealed = [];
    const [sealing] = await timed(async () => {
      for (let at = 0; at < BATCH; at++) sealed.push(await sender.seal(plaintext));
    });
    const [opening] = await timed(async () => {
      for (const message of sealed) await receiver.open(message);
    });
    seals.push(sealing);
    opens.push(opening);
  } while (performance.now() < until);
  tell(sealWork, perSecond(seals));
  tell(sealWork, { bytes: entry(sealed.at(-1) ?? plaintext) });
  tell(openWork, perSecond(opens));
}

/** What opening can be at best: signatures alone, and many messages at once. */
async function together(
  { bare, openTogether }: Subject,
  [sender, receiver]: Pair,
  tell: Tell,
): Promise<void> {
  if (!bare || !openTogether) return;
  const plaintext = crypto.getRandomValues(new Uint8Array(100));
  const [signs, verifies, opens]: [number[], number[], number[]] = [[], [], []];
  const until = performance.now() + LASTS;
  do {
    const sealed: Uint8Array[] = [];
    for (let at = 0; at < BATCH; at++) sealed.push(await sender.seal(plaintext));
    opens.push((await timed(() => openTogether(receiver, sealed)))[0]);
    for (const [work, times] of [
      [bare.sign, signs],
      [bare.verify, verifies],
    ] as const) {
      times.push((await timed(async () => range(BATCH).forEach(work)))[0]);
    }
  } while (performance.now() < until);
  tell('open 100 B together', perSecond(opens));
  tell('bare sign', perSecond(signs));
  tell('bare verify', perSecond(verifies));
}

const range = (length: number): number[] => Array.from({ length }, (_, at) => at);

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, result: T]> {
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started;
  return [Math.round(ms * 100) / 100, result];
}
