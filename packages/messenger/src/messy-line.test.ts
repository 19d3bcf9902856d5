/**
 * The whole of it on a bad line: three real messengers and a real server, carriers that drop, repeat,
 * reorder and die, devices that restart from their stores, a server that restarts. What was typed is in
 * every timeline once, in one order. POLYNYA_RUNS multiplies the number of runs; POLYNYA_SEED repeats one.
 */
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { systemClock } from '@polynya/reach/clock';
import { type Badness, seeded } from '@polynya/reach/test/bad-carrier';
import { spoiled } from '@polynya/reach/test/spoiled-carrier';
import { expect, test } from 'vitest';
import type { MessageView } from './api.ts';
import { isText, type Person, Town } from './test/town.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const SEED = process.env.POLYNYA_SEED;
const ROUNDS = 24;
const GOOD: Badness = { drop: 0, repeat: 0, die: 0, refuse: 0, delay: 0 };
/** ms until all is quiet after the line became good. */
const PATIENCE = 30_000;

const seeds = SEED ? [Number(SEED)] : Array.from({ length: 2 * TIMES }, () => newSeed());

test.concurrent.each(seeds)(
  'what three people type on a bad line is in each timeline once and in one order (POLYNYA_SEED=%i)',
  async (seed) => {
    const random = seeded(seed);
    let badness = GOOD;
    const town = await Town.found();
    const carriers = [spoiled(webSocketCarrier, () => badness, random, systemClock)];
    try {
      const anna = await town.person('Anna', { carriers });
      const { chat } = await anna.messenger.createGroup('The house');
      const members = [anna];
      badness = { drop: 0.05, repeat: 0.2, die: 0.02, refuse: 0.1, delay: 60 };
      for (const name of ['Boris', 'Vera']) {
        const { link } = await anna.messenger.invite(chat);
        const member = await town.device(name, { carriers });
        await member.messenger.register(link, name);
        members.push(member);
      }
      // A push that was lost is made good by the next heartbeat, which a kick need not wait for.
      badness = GOOD;
      for (const member of members) await member.messenger.kick();
      for (const member of members) await member.people(chat, 3);

      badness = {
        drop: random() * 0.2,
        repeat: random() * 0.3,
        die: random() * 0.08,
        refuse: random() * 0.4,
        delay: random() * 150,
      };
      const typed = new Map<Person, string[]>(members.map((member) => [member, []]));
      const serverDies = Math.floor(random() * ROUNDS);
      for (let round = 0; round < ROUNDS; round++) {
        if (round === serverDies) await town.restartServer();
        const one = pick(members, random);
        if (random() < 0.2) await one.reopen();
        for (let n = 0; n < random() * 3; n++) {
          const text = `${one.name} ${round}.${n}`;
          await one.messenger.send(chat, { text });
          typed.get(one)?.push(text);
        }
        await new Promise((go) => setTimeout(go, random() * 150));
      }

      badness = GOOD;
      for (const member of members) await member.messenger.kick();
      const total = [...typed.values()].flat().length;
      const timelines: MessageView[][] = [];
      for (const member of members) timelines.push(await settled(member, chat, total));
      const [first = [], ...others] = timelines.map((timeline) => timeline.map(({ text }) => text));
      expect(first.toSorted()).toEqual([...typed.values()].flat().toSorted());
      for (const other of others) expect(other).toEqual(first);
      for (const [{ name }, texts] of typed) {
        expect(first.filter((text) => text.startsWith(`${name} `))).toEqual(texts);
      }
      for (const member of members) {
        const detail = await member.now({ query: 'chat', chat });
        expect(detail).toMatchObject({ state: 'active', trouble: null });
        expect(member.log).toEqual([]);
        const { messages } = await member.now({ query: 'messages', chat, limit: 1_000 });
        expect(messages.filter(({ event }) => event?.event === 'lost')).toEqual([]);
      }
    } finally {
      badness = GOOD;
      await town.end();
    }
  },
  90_000 * TIMES,
);

/** The texts in somebody's timeline, once there are so many and the server has all of them. */
async function settled(member: Person, chat: string, total: number): Promise<MessageView[]> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const { messages } = await member.now({ query: 'messages', chat, limit: 1_000 });
    const texts = messages.filter(isText);
    const stuck = texts.filter(
      ({ mine, seq, state }) =>
        seq === null || (mine && !['sent', 'delivered', 'read'].includes(state ?? '')),
    );
    if (texts.length >= total && stuck.length === 0) return texts;
    if (Date.now() > end) {
      const held = stuck.map(({ text, state, problem }) => ({ text, state, problem }));
      throw new Error(
        `${member.name} has ${texts.length} of ${total} texts; stuck: ${JSON.stringify(held)}; log: ${member.log}`,
      );
    }
    await new Promise((go) => setTimeout(go, 50));
  }
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}

function newSeed(): number {
  return globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
