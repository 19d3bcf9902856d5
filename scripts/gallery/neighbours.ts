/** Fills the list of chats of the person at the browser: two, groups, one that nobody came to, a request. */
import { answer } from '../../packages/cli/src/client/answers.ts';
import type { Messenger, PersonId } from '../../packages/messenger/src/api.ts';
import { has } from './house.ts';
import type { Story } from './story.ts';

async function joinBy(story: Story, link: string): Promise<void> {
  const { me } = story.house;
  await me.page.goto(link);
  await me.page.getByRole('dialog').getByRole('button', { name: me.words.joinChat }).click();
  await me.composer.waitFor();
}

export async function meetEverybody(story: Story): Promise<void> {
  const { me, lines, others, link } = story.house;
  const [boris, vera, grigory, , helen, jeanne] = others as Messenger[] as [
    Messenger,
    Messenger,
    Messenger,
    Messenger,
    Messenger,
    Messenger,
  ];
  await me.arrive(link, lines.me);
  for (const [at, one] of [boris, vera, helen, jeanne].entries()) {
    const invite = await one.invite(null);
    await joinBy(story, invite.link);
    const text = lines.talk[at] ?? '';
    await one.send(invite.chat, { text });
    await me.sees(text.slice(0, 12).replaceAll('*', ''));
  }
  await me.say(lines.answer);
  await story.openList();

  // The own group, with somebody invited who has not come.
  await me.button(me.words.newGroup).click();
  await me.page.getByLabel(me.words.groupTitle).fill(lines.house);
  await story.see('new-group');
  await me.button(me.words.create).click();
  await me.button(me.words.inviteByLink).waitFor();
  await story.see('new-group-people', 1100);
  await me.button(me.words.inviteByLink).click();
  const houseLink = await me.inviteLink();
  await story.see('new-group-invite', 1600);
  await me.button(me.words.done).click();
  await me.composer.waitFor();
  await story.see('chat-alone');
  const { chat: house } = await grigory.join(houseLink);
  await grigory.send(house, { text: lines.talk[0] ?? '' });
  await me.sees((lines.talk[0] ?? '').slice(0, 12));

  // A yard of ten, in which one is met by somebody one does not know.
  const { chat: yard } = await boris.createGroup(lines.yard);
  const stranger = others[8] as Messenger;
  for (const one of others.slice(1)) await one.join((await boris.invite(yard)).link);
  await joinBy(story, (await boris.invite(yard)).link);
  await me.say(lines.talk[1] ?? '');
  await has(stranger, yard, lines.talk[1] ?? '');
  let mine: PersonId | undefined;
  await answer(stranger, { query: 'chat', chat: yard }, (detail) => {
    mine = detail?.people.find(({ name }) => name === lines.me)?.person;
    return mine !== undefined;
  });
  const { chat: garage } = await stranger.createGroup(lines.garage);
  await stranger.send(garage, { text: lines.talk[4] ?? '' });
  await stranger.add(garage, [mine ?? '']);
  await story.openList();
  await me.page.getByText(me.words.requests(1)).waitFor();

  // What nobody came to yet, and what was left.
  await me.inviteToChat();
  await story.see('chat-waiting');
  await story.openList();
  const { chat: school } = await vera.createGroup(lines.school);
  await joinBy(story, (await vera.invite(school)).link);
  await vera.send(school, { text: lines.talk[6] ?? '' });
  await me.sees((lines.talk[6] ?? '').slice(0, 12));
  await story.openList();
  await boris.send(yard, { text: lines.talk[0] ?? '' });
  await boris.send(yard, { text: lines.talk[6] ?? '' });
  await me.page.locator('.badge').first().waitFor();
}
