/**
 * A model of a group's life: devices that talk, propose, commit, race, fall behind, lose and repeat entries, restart
 * between any two steps, come and go; and a delivery service that orders everything and takes a Commit only for the
 * epoch that is. It checks at every step what has to hold, and throws where it does not.
 */
import type { MlsMessage } from '../../framing/mls-message.ts';
import { createGroup } from '../../group/create.ts';
import type { Environment } from '../../group/environment.ts';
import { makeExternalCommit } from '../../group/external-commit.ts';
import { joinGroup } from '../../group/join.ts';
import { makeCommit } from '../../group/make-commit.ts';
import { makeGroupInfo } from '../../group/make-welcome.ts';
import type { Proposal } from '../../group/proposal.ts';
import { type Proposed, propose, proposeUpdate } from '../../group/propose.ts';
import { sealApplication } from '../../group/send-message.ts';
import { MlsError } from '../../mls-error.ts';
import { Dice } from '../fuzz/mutate.ts';
import { OwnEngine, type OwnNewcomer, wrap } from '../peers/own.ts';
import { identityOf } from '../peers/peer.ts';
import { Device, type Entry } from './device.ts';
import { compatible } from './proposals.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

export class World {
  readonly dice: Dice;
  readonly env: Environment;
  readonly largest: number;
  readonly log: Entry[] = [];
  head = 0;
  devices: Device[] = [];
  /** Who was removed, as they were then. */
  readonly ghosts: Device[] = [];
  /** By epoch. */
  readonly views = new Map<number, string>();
  readonly tally: Record<string, number> = {};
  #people = 0;
  #texts = 0;

  private constructor(seed: number, env: Environment, largest: number) {
    this.dice = new Dice(seed);
    this.env = env;
    this.largest = largest;
  }

  /** A group of `devices`, which may become `largest`. */
  static async begin(
    seed: number,
    env: Environment,
    devices: number,
    largest: number,
  ): Promise<World> {
    const world = new World(seed, env, largest);
    const founder = await world.#person();
    const state = await createGroup(env, utf8(`model ${seed}`), founder.own);
    const device = new Device('device 1', env, state, 0);
    world.#enter(device);
    const proposals: Proposal[] = [];
    while (proposals.length < devices - 1) proposals.push(await world.#add());
    await world.#stageThese(device, proposals);
    await world.#submit(device);
    return world;
  }

  #person(): Promise<OwnNewcomer> {
    this.#people += 1;
    return new OwnEngine(this.env).newcomer(identityOf(this.#people));
  }

  #count(what: string): void {
    this.tally[what] = (this.tally[what] ?? 0) + 1;
  }

  #enter(device: Device): void {
    this.devices.push(device);
    this.#agree(device);
  }

  /** The same authenticator, exporter and tree for all who reach an epoch. */
  #agree(device: Device): void {
    const known = this.views.get(device.epoch) ?? device.view();
    this.views.set(device.epoch, known);
    if (known !== device.view()) throw new Error(`${device.name} parts in epoch ${device.epoch}`);
  }

  /** One thing that happens to somebody. */
  async step(): Promise<void> {
    const device = this.dice.pick(this.devices);
    const chance = this.dice.below(100);
    if (chance < 10) device.restart();
    else if (chance < 35) await this.#say(device);
    else if (chance < 45) await this.#propose(device);
    else if (chance < 55) await this.#stage(device);
    else if (chance < 68) await this.#submit(device);
    else if (chance < 70) await this.#enterExternally(device);
    else if (chance < 95) await this.catchUp(device, 1 + this.dice.below(12));
    else await this.#readLate(device);
  }

  async #say(device: Device): Promise<void> {
    // A server takes entries up to three epochs old.
    if (this.head - device.epoch > 3) return;
    this.#texts += 1;
    const text = `text ${this.#texts}`;
    const { state, message } = await sealApplication(device.env, device.state, utf8(text), {
      padding: this.dice.below(40),
    });
    device.state = state;
    const bytes = wrap({ format: 'privateMessage', privateMessage: message });
    this.log.push({ kind: 'message', epoch: device.epoch, by: device, bytes, text });
    this.#count('message');
  }

  async #propose(device: Device): Promise<void> {
    if (device.epoch !== this.head || device.state.proposals.length > 3) return;
    const wireFormat = this.#wireFormat();
    let made: Proposed;
    if (this.dice.below(2) === 0) {
      made = await proposeUpdate(device.env, device.state, {}, { wireFormat });
    } else {
      const proposal = await this.#proposal(device);
      if (proposal === null) return;
      made = await propose(device.env, device.state, proposal, { wireFormat });
    }
    device.state = made.state;
    this.#append('proposal', device, made.message);
  }

  #wireFormat() {
    return this.dice.below(3) === 0 ? 'publicMessage' : 'privateMessage';
  }

  #append(kind: Entry['kind'], by: Device, message: MlsMessage): void {
    this.log.push({ kind, epoch: by.epoch, by, bytes: wrap(message) });
    this.#count(kind);
  }

  async #proposal(device: Device): Promise<Proposal | null> {
    const members = [...device.state.tree.members()].map(({ leafIndex }) => leafIndex);
    // It grows first, then comes and goes.
    const growing = 2 * members.length < this.largest ? 1 : 3;
    if (members.length < this.largest && this.dice.below(6) >= growing) {
      return this.#add();
    }
    const others = members.filter((leaf) => leaf !== device.state.ownLeaf);
    if (others.length < 2) return null;
    return { kind: 'remove', removed: this.dice.pick(others) };
  }

  /** By the signature of its leaf, so that whoever commits its Add can welcome it. */
  readonly #waiting = new Map<string, OwnNewcomer>();

  async #add(): Promise<Proposal> {
    const person = await this.#person();
    const { keyPackage } = person.own;
    this.#waiting.set(String(keyPackage.leafNode.signature), person);
    return { kind: 'add', keyPackage };
  }

  /** Makes a Commit and keeps it for a while, in which others may be faster. */
  async #stage(device: Device): Promise<void> {
    if (device.staged !== undefined) return;
    // Most look first at what others did meanwhile.
    if (this.dice.below(4) > 0) await this.catchUp(device, this.log.length);
    if (device.removed || device.epoch !== this.head) return;
    const proposals: Proposal[] = [];
    for (let left = this.dice.below(3); left > 0; left--) {
      const proposal = await this.#proposal(device);
      if (proposal !== null) proposals.push(proposal);
    }
    await this.#stageThese(device, proposals);
  }

  async #stageThese(device: Device, proposals: readonly Proposal[]): Promise<void> {
    const list = compatible(device.state, proposals, this.dice);
    const made = await makeCommit(device.env, device.state, {
      ...list,
      wireFormat: this.#wireFormat(),
      path: this.dice.below(4) > 0,
    });
    device.state = made.current;
    const entry = {
      kind: 'commit',
      epoch: device.epoch,
      by: device,
      bytes: wrap(made.message),
    } as const;
    const joining: Device[] = [];
    for (const { keyPackage } of made.applied.added) {
      const person = this.#waiting.get(String(keyPackage.leafNode.signature));
      if (person === undefined || made.welcome === null) throw new Error('nobody to welcome');
      const state = await joinGroup(this.env, made.welcome, person.own);
      joining.push(new Device(`device ${this.#people}`, this.env, state, 0));
    }
    device.staged = { entry, state: made.staged };
    this.#joining.set(entry, joining);
  }

  readonly #joining = new Map<Entry, Device[]>();

  async #submit(device: Device): Promise<void> {
    const { staged } = device;
    if (staged === undefined || this.log.includes(staged.entry)) return;
    if (staged.entry.epoch !== this.head) {
      device.staged = undefined;
      this.#count('race lost');
      return;
    }
    this.log.push(staged.entry);
    this.head += 1;
    this.#count('commit');
    for (const newcomer of this.#joining.get(staged.entry) ?? []) {
      newcomer.at = this.log.length;
      this.#enter(newcomer);
      this.#count('join');
    }
  }

  async #enterExternally(device: Device): Promise<void> {
    if (device.epoch !== this.head || device.state.tree.memberCount >= this.largest) return;
    const person = await this.#person();
    const options = { withTree: true, withExternalPub: true };
    const info = await makeGroupInfo(device.env, device.state, options);
    const { message, staged } = await makeExternalCommit(this.env, info, person.own);
    const newcomer = new Device(`device ${this.#people}`, this.env, staged, this.log.length + 1);
    const bytes = wrap(message);
    this.log.push({ kind: 'commit', epoch: this.head, by: newcomer, bytes });
    this.head += 1;
    this.#enter(newcomer);
    this.#count('external commit');
  }

  /** Reads on, so many entries. Messages may be lost, come late, or come twice. */
  async catchUp(device: Device, entries: number): Promise<void> {
    for (let left = entries; left > 0 && !device.removed; left--) {
      const entry = this.log[device.at];
      if (entry === undefined) return;
      device.at += 1;
      if (entry.kind === 'message') await this.#receive(device, entry);
      else if (entry.by !== device) await device.follow(entry);
      else if (entry.kind === 'commit') device.adopt();
      if (entry.kind !== 'commit') continue;
      if (device.removed) this.#leave(device);
      else this.#agree(device);
    }
  }

  #leave(device: Device): void {
    this.devices = this.devices.filter((one) => one !== device);
    this.ghosts.push(device);
    this.#count('removed');
  }

  async #receive(device: Device, entry: Entry): Promise<void> {
    // Own entries come back, and those of before it came are not for it.
    if (entry.by === device || entry.epoch < device.since) return;
    const chance = this.dice.below(10);
    if (chance === 0) this.#count('lost');
    else if (chance < 3) device.late.push(entry);
    else {
      await this.#mustRead(device, entry);
      if (chance === 9) await this.#mustNotRead(device, entry, 'replayed');
    }
  }

  async #mustRead(device: Device, entry: Entry): Promise<void> {
    const text = await device.read(entry);
    if (text !== entry.text) throw new Error(`${device.name} read "${text}"`);
    this.#count('read');
  }

  async #mustNotRead(device: Device, entry: Entry, code: MlsError['code']): Promise<void> {
    const { state } = device;
    const outcome = await device.read(entry).catch((error: unknown) => error);
    if (!(outcome instanceof MlsError) || outcome.code !== code) {
      throw new Error(`${device.name} was to be told ${code}`, { cause: outcome });
    }
    if (device.state !== state) throw new Error('a refusal changed the state');
    this.#count(code);
  }

  async #readLate(device: Device): Promise<void> {
    while (device.late.length > 0) {
      const [entry] = device.late.splice(this.dice.below(device.late.length), 1);
      if (entry === undefined) return;
      if (device.epoch - entry.epoch <= this.env.past.epochs) await this.#mustRead(device, entry);
      else await this.#mustNotRead(device, entry, 'epoch-gone');
    }
  }

  /** Everybody reads to the end; whoever is left commits once and is heard by all, and no ghost reads any of it. */
  async settle(): Promise<void> {
    const everybodyReads = async () => {
      for (const device of [...this.devices]) {
        await this.catchUp(device, this.log.length);
        await this.#readLate(device);
      }
    };
    await everybodyReads();
    for (const device of [...this.devices]) {
      device.staged = undefined;
      await this.#stage(device);
      await this.#submit(device);
      await everybodyReads();
      if (!this.devices.includes(device)) continue;
      await this.#say(device);
      await everybodyReads();
    }
    if (this.devices.some(({ epoch }) => epoch !== this.head)) throw new Error('somebody is stuck');
    for (const ghost of this.ghosts) await this.#haunt(ghost);
  }

  async #haunt(ghost: Device): Promise<void> {
    for (const entry of this.log.slice(ghost.at)) {
      // What was said in epochs that it was in, it may read.
      if (entry.epoch <= ghost.epoch) continue;
      const outcome = await ghost.read(entry).catch((error: unknown) => error);
      if (!(outcome instanceof MlsError))
        throw new Error(`${ghost.name} reads on after its removal`);
      this.#count('kept from a ghost');
    }
  }
}
