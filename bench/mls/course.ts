/**
 * The course that every engine runs at one size of group. Of what is done several times, the fastest counts: what else
 * the machine does can only slow it down. Nothing is asserted here.
 */
import { identityOf, type PeerMember } from '@polynya/mls/test/peers/peer';
import type { Figure, Work } from './row.ts';
import type { Subject } from './subject.ts';

/** Told as soon as it is known, so that a course cut short still says what it measured. */
export type Tell = (work: Work, figure: Figure) => void;

const GROUP = new TextEncoder().encode('measured group');
const ROUNDS = 9;
/** Messages of one sending, and ms that sending and opening them again may take together. */
const BATCH = 50;
const LASTS = 2_000;

export async function course(subject: Subject, n: number, tell: Tell): Promise<void> {
  const { engine } = subject;
  const first = await engine.newcomer(identityOf(0));
  const second = await engine.newcomer(identityOf(1));
  const others: Uint8Array[] = [];
  for (let at = 2; at < n; at++) others.push(await keyPackage(subject, at));
  await warmUp(subject);

  const creator = await first.create(GROUP);
  const [addAll, added] = await timed(() => creator.add([second.keyPackage, ...others]));
  tell('add all', { ms: addAll });
  tell('add all', { bytes: added.commit.length });
  tell('welcome', { bytes: added.welcome.length });
  const [join, joined] = await timed(() => second.join(added.welcome));
  tell('join', { ms: join });

  const [cold, coldCommit] = await timed(() => creator.update());
  tell('update cold', { ms: cold });
  tell('update cold', { bytes: coldCommit.length });
  await joined.process(coldCommit);

  const pair = (await subject.warm?.(n)) ?? [creator, joined];
  await commits(subject, pair, tell, pair[0] !== creator);
  await messages(subject, pair, 100, 'seal 100 B', 'open 100 B', tell);
  await messages(subject, pair, 16_384, 'seal 16 KB', 'open 16 KB', tell);
  await sizes(subject, pair, tell);
}

async function keyPackage(subject: Subject, number: number): Promise<Uint8Array> {
  const made = subject.keyPackage ?? subject.engine;
  return (await made.newcomer(identityOf(number))).keyPackage;
}

async function warmUp({ engine }: Subject): Promise<void> {
  const [one, other] = [await engine.newcomer(identityOf(1)), await engine.newcomer(identityOf(2))];
  const group = await one.create(GROUP);
  const { welcome } = await group.add([other.keyPackage]);
  const joined = await other.join(welcome);
  for (let round = 0; round < 20; round++) {
    await joined.process(await group.update());
    await joined.open(await group.seal(new Uint8Array(100)));
  }
}

/** Updates and additions in a group in which `warm` says whether all parent nodes have keys. */
async function commits(
  subject: Subject,
  [maker, witness]: readonly [PeerMember, PeerMember],
  tell: Tell,
  warm: boolean,
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
  if (warm) tell('update warm', { ms: Math.min(...updates) });
  tell('commit', { bytes: commit.length });
  const change = async () => witness.process(await maker.update());
  const delta = await subject.delta?.(witness, change);
  if (delta !== undefined) tell('delta', { bytes: delta });
  let welcome = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const late = await keyPackage(subject, 1_000_000 + round);
    const [ms, made] = await timed(() => maker.add([late]));
    additions.push(ms);
    welcome = made.welcome.length;
    await witness.process(made.commit);
  }
  tell('add one', { ms: Math.min(...additions) });
  tell('add one', { bytes: welcome });
}

async function messages(
  subject: Subject,
  [sender, receiver]: readonly [PeerMember, PeerMember],
  size: number,
  sealWork: Work,
  openWork: Work,
  tell: Tell,
): Promise<void> {
  const plaintext = crypto.getRandomValues(new Uint8Array(size));
  const [seals, opens]: [number[], number[]] = [[], []];
  const entry = subject.entry ?? ((message: Uint8Array) => message.length);
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
  tell(sealWork, { perSecond: Math.round((BATCH * 1_000) / Math.min(...seals)) });
  tell(sealWork, { bytes: entry(sealed.at(-1) ?? plaintext) });
  tell(openWork, { perSecond: Math.round((BATCH * 1_000) / Math.min(...opens)) });
}

async function sizes(
  subject: Subject,
  [, witness]: readonly [PeerMember, PeerMember],
  tell: Tell,
): Promise<void> {
  const { tree, state } = subject.sizes?.(witness) ?? {};
  if (tree !== undefined) tell('tree', { bytes: tree });
  if (state !== undefined) tell('state', { bytes: state });
  // Of the whole process at its highest: KeyPackages of all, two members, and the runtime itself.
  tell('memory', { bytes: process.resourceUsage().maxRSS * 1_024 });
}

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, result: T]> {
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started;
  return [Math.round(ms * 100) / 100, result];
}
