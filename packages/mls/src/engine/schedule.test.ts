/** Random schedules of up to six members: whoever is in agrees on everything, whoever is out reads nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Group } from '../engine.ts';
import {
  commitEntry,
  GROUP_ID,
  openCommit,
  openMessage,
  person,
  refusal,
  rehearsalEngine,
  restored,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();
const MOST = 6;

/** A step: who acts, what it does, on whom, and whether everyone is restored from its snapshot before. */
const step = fc.record({
  by: fc.nat(MOST - 1),
  what: fc.constantFrom('send', 'update', 'add', 'remove', 'swap', 'race'),
  whom: fc.nat(MOST - 1),
  restored: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Room {
  groups: Group[];
  gone: Group[] = [];
  count = 0;

  constructor(founder: Group) {
    this.groups = [founder];
  }

  async send(by: Group): Promise<void> {
    const text = utf8(`message ${this.count++}`);
    const { group: after, body } = await by.seal(text);
    for (const former of this.gone) {
      expect(await refusal(() => openMessage(former, body, by.epoch))).not.toBe('nothing');
    }
    this.groups = await Promise.all(
      this.groups.map(async (group) => {
        if (group === by) return after;
        const { group: next, sender, plaintext } = await openMessage(group, body);
        expect(plaintext).toEqual(text);
        expect(sender).toEqual(by.members.find(({ leaf }) => leaf === by.ownLeaf));
        return next;
      }),
    );
  }

  async commit(by: Group, add: boolean, remove: number[]): Promise<void> {
    const newcomer = await person(engine, `person ${this.count++}`);
    const staged = await by.commit({ ...(add && { add: [newcomer.keyPackage] }), remove });
    const entry = commitEntry(by.epoch, staged);
    const next: Group[] = [];
    for (const group of this.groups) {
      if (group === by) {
        next.push(staged.group);
        continue;
      }
      const opened = await openCommit(group, entry);
      expect(opened.committer.leaf).toBe(by.ownLeaf);
      expect(opened.removed.map(({ leaf }) => leaf)).toEqual(remove);
      expect(opened.removedUs).toBe(remove.includes(group.ownLeaf));
      if (opened.removedUs) this.gone.push(opened.group, group);
      else {
        expect(opened.added).toHaveLength(add ? 1 : 0);
        next.push(opened.group);
      }
    }
    if (staged.welcome !== undefined) next.push(await engine.join(staged.welcome, newcomer));
    this.groups = next;
  }

  async take({ by, what, whom, restored: isRestored }: Step): Promise<void> {
    if (isRestored) this.groups = this.groups.map((group) => restored(engine, group));
    const actor = this.groups[by % this.groups.length] as Group;
    const other = this.groups.filter((group) => group !== actor)[whom % this.groups.length];
    const remove = other === undefined ? [] : [other.ownLeaf];
    const room = this.groups.length < MOST;
    if (what === 'race') await actor.commit({ remove });
    if (what === 'send') await this.send(actor);
    else if (what === 'add' && room) await this.commit(actor, true, []);
    else if (what === 'remove') await this.commit(actor, false, remove);
    else if (what === 'swap') await this.commit(actor, true, remove);
    else await this.commit(actor, false, []);
  }

  async agrees(): Promise<void> {
    const [first, ...others] = this.groups;
    const secret = await first?.export('agreement', utf8('context'), 32);
    for (const other of others) {
      expect(other.epochAuthenticator).toEqual(first?.epochAuthenticator);
      expect(other.members).toEqual(first?.members);
      expect(await other.export('agreement', utf8('context'), 32)).toEqual(secret);
    }
  }
}

test('all agree after every step', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const room = new Room(await engine.create(GROUP_ID, await person(engine, 'founder')));
      for (let others = 0; others < 2; others += 1) {
        await room.commit(room.groups[0] as Group, true, []);
      }
      for (const each of steps) {
        await room.take(each);
        await room.agrees();
      }
      await room.send(room.groups[0] as Group);
    }),
    { numRuns: 15 },
  );
});
