/** What engines must do with one another, as programs over any of them. Each throws where they disagree. */
import { identityOf, type Newcomer, type PeerEngine, type PeerMember } from '../peers/peer.ts';

let numbers = 1;
const someone = (engine: PeerEngine): Promise<Newcomer> => engine.newcomer(identityOf(numbers++));

const utf8 = (text: string) => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16)).join();

function same(what: string, values: readonly unknown[]): void {
  if (new Set(values).size > 1) throw new Error(`${what}: ${values.join(', ')}`);
}

/** A group of members on any engines, each of whom takes what another does. */
export class Circle {
  readonly members: PeerMember[];

  private constructor(members: PeerMember[]) {
    this.members = members;
  }

  /** The first engine's member founds the group and adds one of each other engine, in one Commit. */
  static async found([founder, ...others]: readonly PeerEngine[]): Promise<Circle> {
    if (founder === undefined) throw new Error('a founder is needed');
    const groupId = crypto.getRandomValues(new Uint8Array(16));
    const circle = new Circle([await (await someone(founder)).create(groupId)]);
    await circle.add(circle.#at(0), others);
    return circle;
  }

  #at(index: number): PeerMember {
    const member = this.members[index];
    if (member === undefined) throw new Error('no such member');
    return member;
  }

  on(engine: PeerEngine): PeerMember {
    const member = this.members.find((one) => one.engine === engine.name);
    if (member === undefined) throw new Error(`no member on ${engine.name}`);
    return member;
  }

  async add(by: PeerMember, engines: readonly PeerEngine[]): Promise<void> {
    const newcomers = await Promise.all(engines.map(someone));
    const { commit, welcome } = await by.add(newcomers.map(({ keyPackage }) => keyPackage));
    await this.take(by, commit);
    for (const newcomer of newcomers) this.members.push(await newcomer.join(welcome));
    await this.agree();
  }

  async update(by: PeerMember): Promise<void> {
    await this.take(by, await by.update());
    await this.agree();
  }

  /** @returns who is gone, as it was before */
  async remove(by: PeerMember, leaving: PeerMember): Promise<PeerMember> {
    const commit = await by.remove(leaving.identity);
    this.members.splice(this.members.indexOf(leaving), 1);
    await this.take(by, commit);
    await this.agree();
    return leaving;
  }

  async enter(engine: PeerEngine, by: PeerMember): Promise<void> {
    const { member, commit } = await (await someone(engine)).joinExternally(await by.groupInfo());
    await this.take(member, commit);
    this.members.push(member);
    await this.agree();
  }

  /** All but `by` process its Commit. */
  async take(by: PeerMember, commit: Uint8Array): Promise<void> {
    for (const member of this.members) {
      if (member === by) continue;
      try {
        await member.process(commit);
      } catch (cause) {
        throw new Error(`${member.engine} refuses a Commit of ${by.engine}`, { cause });
      }
    }
  }

  /** The same epoch and secrets for all, and everyone reads everyone. */
  async agree(): Promise<void> {
    same('epochs', await Promise.all(this.members.map((member) => member.epoch())));
    const told = await Promise.all(this.members.map((member) => member.epochAuthenticator?.()));
    same('epoch authenticators', told.filter((one) => one !== undefined).map(hex));
    const exported = await Promise.all(this.members.map((member) => member.exported()));
    same('exporters', exported.map(hex));
    for (const sender of this.members) {
      const text = `from ${sender.engine}`;
      const message = await sender.seal(utf8(text));
      for (const receiver of this.members) {
        if (receiver === sender) continue;
        const opened = new TextDecoder().decode(await receiver.open(message));
        if (opened !== text) throw new Error(`${receiver.engine} read "${opened}"`);
      }
    }
  }
}

type Scenario = (engines: readonly PeerEngine[]) => Promise<void>;

/** By what is shown. The first of `engines` is the one that acts. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'Welcome and messages': async (engines) => {
    await Circle.found(engines);
  },

  'updates by everyone, twice': async (engines) => {
    const circle = await Circle.found(engines);
    for (const member of [...circle.members, ...circle.members]) await circle.update(member);
  },

  'adds one of every engine': async (engines) => {
    const circle = await Circle.found(engines);
    for (const engine of engines) await circle.add(circle.on(actor(engines)), [engine]);
    for (const member of [...circle.members]) await circle.update(member);
  },

  'removes one of every engine, who reads nothing more': async (engines) => {
    const circle = await Circle.found([...engines, ...engines]);
    for (const engine of engines) {
      const leaving = circle.members.findLast((member) => member.engine === engine.name);
      if (leaving === undefined) throw new Error('nobody to remove');
      await circle.remove(circle.on(actor(engines)), leaving);
      const message = await circle.on(actor(engines)).seal(utf8('not for you'));
      const opened = await leaving.open(message).then(
        () => true,
        () => false,
      );
      if (opened) throw new Error(`the removed member on ${leaving.engine} still reads`);
    }
  },

  'changes the extensions of the group': async (engines) => {
    const circle = await Circle.found(engines);
    const changing = circle.on(actor(engines));
    if (changing.changeExtensions === undefined) throw new Error('makes no such Commit');
    // Required capabilities: no extensions, no proposals, basic credentials.
    const required = { type: 3, data: Uint8Array.of(0, 0, 2, 0, 1) };
    await circle.take(changing, await changing.changeExtensions([required]));
    await circle.agree();
    for (const member of [...circle.members]) await circle.update(member);
  },
};

/** An external Commit: the first of `engines` enters with a GroupInfo that each of the others gave out. */
export async function enterBy(engines: readonly PeerEngine[], giver: PeerEngine): Promise<void> {
  const circle = await Circle.found([giver, ...engines.filter((one) => one !== giver)]);
  await circle.update(circle.on(giver));
  await circle.enter(actor(engines), circle.on(giver));
  for (const member of [...circle.members]) await circle.update(member);
}

function actor([first]: readonly PeerEngine[]): PeerEngine {
  if (first === undefined) throw new Error('an engine is needed');
  return first;
}
