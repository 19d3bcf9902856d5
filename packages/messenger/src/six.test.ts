import { afterEach, beforeEach, expect, test } from 'vitest';
import { Town } from './test/town.ts';

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

test('six people come one after another, some by invites made at once, and all hear all', async () => {
  const anna = await town.person('Anna');
  const { chat } = await anna.messenger.createGroup('The house');
  const people = [anna];
  const join = async (link: string) => {
    const member = await town.device(`Member${people.length}`);
    people.push(member);
    await member.messenger.register(link, member.name);
  };
  for (let i = 0; i < 3; i++) await join((await anna.messenger.invite(chat)).link);
  const together = await Promise.all([0, 1].map(() => anna.messenger.invite(chat)));
  for (const { link } of together.slice(0, 1)) await join(link);
  await Promise.all(together.slice(1).map(({ link }) => join(link)));
  for (const member of people) await member.people(chat, 6);
  for (const member of people) await member.messenger.send(chat, { text: member.name });
  const seen = await Promise.all(people.map((member) => member.texts(chat, 6)));
  for (const texts of seen) expect(texts).toEqual(seen[0]);
}, 120_000);
