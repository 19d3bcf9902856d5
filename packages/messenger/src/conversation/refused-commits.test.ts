import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { MlsError } from '@polynya/mls/mls-error';
import { toHex } from '@polynya/protocol/bytes';
import { type ErrorCode, ProtocolError } from '@polynya/protocol/protocol-error';
import { ENTRY_KINDS, type NewEntry, type Turn } from '@polynya/protocol/requests';
import { start } from '@polynya/protocol/running-hash';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import { VirtualTime } from '@polynya/reach/test/virtual-time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authenticationService } from '../identity/authentication-service.ts';
import { Self } from '../identity/self.ts';
import { makeKeyPackage } from '../inbox/key-packages.ts';
import { Changes } from '../queries/changes.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { advance } from './advance.ts';
import { commitRequest, stageCommit } from './commits.ts';
import { Committer } from './committer.ts';
import { Core } from './core.ts';
import { Errands } from './errands.ts';
import type { Held } from './held.ts';
import { blankPerson } from './people.ts';
import { leavesOf } from './roster.ts';
import { blankState } from './state.ts';
import type { World } from './world.ts';

const RUNS = Number(process.env.POLYNYA_RUNS ?? 1);

const engine = makeEngine({
  authentication: authenticationService,
  now: () => Math.floor(systemClock.now() / 1_000),
});
const [anna, boris] = [
  await Self.create(systemRandom, 'Anna'),
  await Self.create(systemRandom, 'Boris'),
];

/** Anna and Boris in a group, at the beginning of its log. */
async function pair(): Promise<[Held, Held]> {
  const log = systemRandom(16);
  const [hers, his] = [
    await makeKeyPackage(engine, anna, systemClock.now(), false),
    await makeKeyPackage(engine, boris, systemClock.now(), false),
  ];
  const made = await (await engine.create(log, hers)).commit({ add: [his.keyPackage] });
  const joined = await engine.join(made.welcome ?? new Uint8Array(0), his);
  const people = leavesOf(joined).map(({ root }) => ({ ...blankPerson(root), here: true }));
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
    firstEpoch: made.group.epoch,
    people,
  });
  const [a, b] = [made.group, joined].map((group) => ({ state, group, staged: null, seat: null }));
  return [a as Held, b as Held];
}

/** Anna's device, over a log that answers as it is told, and what left it: by epoch, the different Commits. */
class Refused {
  readonly clock: VirtualTime;
  readonly left = new Map<number, Set<string>>();
  answer: ErrorCode | 'taken' = 'taken';
  readonly core: Core;
  #boris: Held;
  #committer: Committer;

  private constructor(clock: VirtualTime, core: Core, his: Held) {
    this.clock = clock;
    this.core = core;
    this.#boris = his;
    this.#committer = new Committer(core);
  }

  static async begin(): Promise<Refused> {
    const clock = new VirtualTime();
    const [hers, his] = await pair();
    const store = await openSqliteStore(':memory:');
    const world = {
      ...{ clock, store, engine, random: systemRandom, changes: new Changes(clock) },
      self: () => anna,
      request: () => null,
    };
    const log = {
      setSecret: () => undefined,
      commit: async (entry: NewEntry, turn: Turn) => refused.#asked(entry, turn),
    };
    const core = new Core(
      world as unknown as World,
      'aa',
      { ...hers, state: { ...hers.state, healed: clock.now() } },
      log as unknown as LogHandle,
    );
    const refused: Refused = new Refused(clock, core, his);
    return refused;
  }

  /** Somebody wants new keys for the leaf. */
  ask(): { outcome: unknown } {
    const asked: { outcome: unknown } = { outcome: undefined };
    this.#committer.ask({
      build: async () => ({}),
      settle: (error) => {
        asked.outcome = error;
      },
    });
    return asked;
  }

  /** As the conversation does. @returns ms to wait, or what became of it */
  async step(): Promise<unknown> {
    if (!this.core.held.state.pending) return this.#committer.stage();
    const answer = await this.#committer.send();
    if (typeof answer === 'number' || answer instanceof ProtocolError) return answer;
    const { held } = await advance(this.core.held, answer, this.#around(anna));
    this.#boris = (await advance(this.#boris, answer, this.#around(boris))).held;
    await this.core.save(held);
    this.#committer.met();
    return 'met';
  }

  /** Boris' Commit comes first. */
  async overtaken(): Promise<void> {
    const staged = await stageCommit(engine, this.#boris, systemRandom(16), {});
    if (!staged.state.pending) throw new Error('nothing staged');
    const { entry, turn } = commitRequest(staged.state.pending);
    const commit = {
      seq: this.core.held.state.cursor + 1,
      kind: ENTRY_KINDS.commit,
      ...entry,
      turn,
    };
    this.#boris = (await advance(staged, commit, this.#around(boris))).held;
    await this.core.save((await advance(this.core.held, commit, this.#around(anna))).held);
  }

  restart(): void {
    this.#committer = new Committer(this.core);
  }

  async pass(ms: number): Promise<void> {
    let over = false;
    this.clock.setTimeout(() => {
      over = true;
    }, ms);
    await this.clock.until(() => over, ms);
  }

  #asked(entry: NewEntry, turn: Turn): { seq: number } {
    const commits = this.left.get(entry.epoch) ?? new Set();
    this.left.set(
      entry.epoch,
      commits.add(`${toHex(entry.id)} ${toHex(entry.body)} ${turn.closes}`),
    );
    if (this.answer !== 'taken') throw new ProtocolError(this.answer);
    return { seq: this.core.held.state.cursor + 1 };
  }

  #around({ person }: Self) {
    return {
      ...{
        chat: 'aa',
        device: anna.device.publicKey,
        me: person,
        now: this.clock.now(),
        latest: this.clock.now(),
      },
      adopt: async ({ staged }: Held) => staged as Held['group'],
      blocked: () => false,
    };
  }
}

test('a refused Commit stays as it is until the epoch goes on: no generation is sealed with twice', async () => {
  const happening = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('ask', 'step') },
    fc.constantFrom('rate', 'stale', 'busy', 'quota', 'taken', 'overtaken', 'restart', 'wait'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 8, maxLength: 24 }), async (happenings) => {
      const device = await Refused.begin();
      for (const one of happenings) {
        if (one === 'ask') device.ask();
        else if (one === 'overtaken') await device.overtaken();
        else if (one === 'restart') device.restart();
        else if (one === 'wait') await device.pass(100_000);
        else if (one !== 'step') device.answer = one as ErrorCode;
        await device.step().catch((error: unknown) => {
          if (!(error instanceof ProtocolError)) throw error;
        });
        for (const [epoch, commits] of device.left)
          expect([epoch, commits.size]).toEqual([epoch, 1]);
      }
    }),
    { numRuns: 15 * RUNS },
  );
});

test('a Commit that is refused although no other came is sent again ever more rarely', async () => {
  const device = await Refused.begin();
  device.answer = 'stale';
  device.ask();
  await device.step();
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    expect(await device.step()).toBeInstanceOf(ProtocolError);
    const wait = await device.step();
    waits.push(Math.floor(Number(wait) / 2_000) * 2);
    await device.pass(Number(wait));
  }
  expect(waits).toEqual([0, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(device.left.get(1)?.size).toBe(1);
});

test('a Commit for which there were too many is sent when the log says, and then done', async () => {
  const device = await Refused.begin();
  device.answer = 'rate';
  const asked = device.ask();
  await device.step();
  await device.step();
  device.answer = 'taken';
  expect(await device.step()).toBeLessThanOrEqual(1_500);
  await device.pass(1_500);
  expect(await device.step()).toBe('met');
  expect(asked.outcome).toBeNull();
});

test('who asked for a Commit that the log will not take hears why', async () => {
  const device = await Refused.begin();
  device.answer = 'quota';
  const asked = device.ask();
  await device.step();
  await device.step();
  expect(asked.outcome).toMatchObject({ name: 'Problem', code: 'quota' });
});

test('a duty that cannot be done keeps nobody waiting who asks for something', async () => {
  const device = await Refused.begin();
  const { held } = device.core;
  await device.core.save({ ...held, state: { ...held.state, healed: 0 } });
  const { group } = device.core.held;
  group.commit = () => Promise.reject(new MlsError('group-full'));
  const wait = Number(await device.step());
  await device.pass(Math.ceil(wait));
  expect(await device.step()).toBe(true);
  expect(Number(await device.step())).toBeGreaterThan(30_000);
  Reflect.deleteProperty(group, 'commit');
  const asked = device.ask();
  expect(await device.step()).toBe(true);
  expect(await device.step()).toBe('met');
  expect(asked.outcome).toBeNull();
});

test('a delivery that fails for now is tried again ever more rarely, and at once when the line is back', async () => {
  const clock = new VirtualTime();
  let tried = 0;
  const errands: Errands = new Errands({ clock, log: () => undefined }, () => undefined);
  const failing = async () => async () => {
    tried++;
    throw new ProtocolError('busy');
  };
  const waits: (true | number)[] = [];
  for (let i = 0; i < 8; i++) {
    errands.hurry();
    await errands.step(failing);
    await new Promise((resolve) => setImmediate(resolve));
    waits.push(await errands.step(failing));
  }
  expect(tried).toBe(8);
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000));
});
