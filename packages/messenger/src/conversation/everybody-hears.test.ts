/** On a good line nobody waits for a heartbeat: whatever Commits come and go, a message is on all screens soon. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isText, type Person, Town } from '../test/town.ts';

/** ms, for slow machines. */
const SOON = 5_000;
const ROUNDS = 4;

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

/** Settles with the ms until everybody shows the text, at most a little more than a heartbeat. */
async function heardBy(people: readonly Person[], chat: string, text: string): Promise<number> {
  const said = performance.now();
  const shown = (person: Person) =>
    new Promise<void>((resolve) => {
      const off = person.messenger.subscribe({ query: 'messages', chat, limit: 50 }, (page) => {
        if (!page.messages.some((message) => isText(message) && message.text === text)) return;
        resolve();
        queueMicrotask(() => off());
      });
    });
  await Promise.all(people.map(shown));
  return performance.now() - said;
}

test('a message said while Commits come and go, closing or not, is heard by every member at once', async () => {
  const [anna, boris, clara] = await Promise.all(
    ['Anna', 'Boris', 'Clara'].map((name) => town.person(name)),
  );
  if (!anna || !boris || !clara) throw new Error('nobody');
  const late: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { chat } = await anna.messenger.createGroup(`House ${round}`);
    const inside = [anna];
    for (const newcomer of [boris, clara]) {
      // A Commit that does not close, then the newcomer's, then one that closes.
      const { link } = await anna.messenger.invite(chat);
      await newcomer.messenger.join(link);
      inside.push(newcomer);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 80));
      const text = `${newcomer.name} in ${round}`;
      await newcomer.messenger.send(chat, { text });
      const took = await heardBy(inside, chat, text);
      if (took > SOON) late.push(`${text}: ${Math.round(took)} ms`);
    }
  }
  expect(late).toEqual([]);
}, 120_000);
