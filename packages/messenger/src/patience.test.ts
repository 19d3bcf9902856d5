/** What the server refuses for a while, or for good, holds up nothing else; people hear what it was. */
import { type Clock, systemClock } from '@polynya/reach/clock';
import { afterEach, expect, test } from 'vitest';
import { type Person, Town } from './test/town.ts';

let town: Town;
afterEach(() => town.end());

async function newcomer(inviter: Person, chat: string, name: string): Promise<Person> {
  const { link } = await inviter.messenger.invite(chat);
  const person = await town.device(name);
  await person.messenger.register(link, name);
  return person;
}

test('an invite that the allowance does not pay for is refused as that; what is said is sent all the same', async () => {
  town = await Town.found({ config: { allowance: { invites: 3 } } });
  const anna = await town.person('Anna');
  const { chat } = await anna.messenger.createGroup('The house');
  const boris = await newcomer(anna, chat, 'Boris');
  await expect(anna.messenger.invite(chat)).rejects.toMatchObject({ code: 'quota' });
  await anna.messenger.send(chat, { text: 'Nobody else then' });
  expect(await boris.texts(chat, 1)).toEqual(['Nobody else then']);
  const { people, invites } = await anna.people(chat, 2);
  expect([people.length, invites]).toEqual([2, []]);
}, 60_000);

test('an invite into a log that takes no more Commits for now waits, and then works', async () => {
  town = await Town.found({ config: { rates: { commits: { burst: 2, everyMs: 8_000 } } } });
  // Its 30 s of patience are 6 s here.
  const anna = await town.person('Anna', { clock: faster(5) });
  const { chat } = await anna.messenger.createGroup('The house');
  await anna.messenger.invite(chat);
  await anna.messenger.invite(chat);
  const boris = await newcomer(anna, chat, 'Boris');
  await anna.people(chat, 2);
  await boris.close();
}, 60_000);

function faster(times: number): Clock {
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * times,
    setTimeout: (run, ms) => systemClock.setTimeout(run, ms / times),
  };
}
