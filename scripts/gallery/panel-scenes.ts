/** What opens beside chats: about them, about their people, the list with all that it can show, the settings. */
import { nearWords } from '../../packages/web/src/near/near-words.ts';
import { bestLocale } from '../../packages/web/src/words/catalogues.ts';
import type { Story } from './story.ts';

export async function listScenes(story: Story): Promise<void> {
  const { page } = story;
  const { me, lines } = story.house;
  const { words } = me;
  const row = (title: string) => story.row(title);
  const mark = async (title: string, what: string) => {
    await row(title).click({ button: 'right' });
    await page.getByRole('menu').getByRole('menuitem', { name: what, exact: true }).click();
  };
  await story.begin();
  await story.openList();
  await mark(lines.family, words.pin);
  await mark(lines.school, words.mute);
  await mark(lines.people[5] ?? '', words.archive);
  await story.scene('folders', async () => {
    await row(lines.family).click({ button: 'right' });
    await story.choose(words.folders);
    await page.getByLabel(words.newFolder).fill(lines.folder);
    await me.button(words.create).click();
    await page.getByRole('checkbox').waitFor();
  });
  await story.scene('list', async () => undefined);
  await story.scene('menu-chat', () => row(lines.family).click({ button: 'right' }));
  await story.scene('archive', () => me.button(words.archived(1)).click());
  if (await me.button(words.chats).isVisible()) await me.button(words.chats).click();
  await story.scene('folder-emptied', async () => {
    await row(lines.family).click({ button: 'right' });
    await story.choose(words.folders);
    await page.getByRole('checkbox').uncheck();
    await page.getByText(words.folderGoes).waitFor();
  });
  await story.scene('new-chat', async () => {
    await story.press(words.newChat);
    await me.inviteLink();
  });
  await story.scene(
    'new-chat-by-link',
    async () => {
      await story.press(words.newChat);
      await me.inviteLink();
      await page.getByText(words.haveLink).click();
    },
    1100,
  );
  await story.scene('chat-picker', async () => {
    await story.press(words.findChat);
    await page.getByRole('option').first().waitFor();
  });
  await story.scene('search', async () => {
    await story.press(words.findChat);
    await me.button(words.searchAll).click();
    await page.getByRole('searchbox').fill((lines.talk[4] ?? '').slice(0, 5));
    await page.locator('.found').first().waitFor();
  });
  await story.scene('search-nothing', async () => {
    await story.press(words.findChat);
    await me.button(words.searchAll).click();
    await page.getByRole('searchbox').fill('xyzzy');
    await page.getByText(words.searchNothing).waitFor();
  });
  await story.scene('shortcuts', async () => {
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog').waitFor();
  });
  await story.begin();
  await story.openList();
  await page.getByText(words.requests(1)).click();
  await row(lines.garage).click();
  await story.scene('request', async () => undefined);
  await story.openList();
  await story.scene('requests', async () => undefined);
  await page.getByRole('navigation').getByRole('listitem').last().getByRole('button').click();
}

export async function panelScenes(story: Story): Promise<void> {
  const { page } = story;
  const { me, lines } = story.house;
  const { words } = me;
  const [, vera = ''] = lines.people;
  await story.begin();
  await story.openChat(lines.house);
  await story.scene('panel-group', () => story.openPanel());
  await story.scene('panel-group-whole', () => story.openPanel(), 1700);
  await story.scene('menu-person', async () => {
    await story.openPanel();
    await me.button(words.personMenu(lines.people[2] ?? '')).click();
  });
  await story.scene('leave', async () => {
    await story.openPanel();
    await me.button(words.leave).click();
  });
  await story.openChat(vera);
  await story.scene('chat-two', async () => undefined);
  await story.scene('panel-two', () => story.openPanel(), 1000);
  await story.scene('safety-number', async () => {
    await story.openPanel();
    await me.button(words.personMenu(vera)).click();
    await story.choose(words.safetyNumber);
    await page.locator('.safety-number span').nth(11).waitFor();
  });
  await story.openPanel();
  await page.getByLabel(words.timer).selectOption('300');
  await story.end();
  await me.say(lines.answer);
  await story.scene('timer', async () => undefined);
  await story.openChat(lines.family);
  await story.scene('chat-files', async () => {
    await story.openPanel();
    await me.button(words.chatFiles).click();
    await page.locator('.found').first().waitFor();
  });
  await story.openChat(lines.people[4] ?? '');
  await me.choosePerson(lines.people[4] ?? '', words.block);
  await story.end();
  await story.scene('blocked', async () => undefined);
  await story.openChat(lines.school);
  await story.openPanel();
  await me.button(words.leave).click();
  await page
    .getByRole('dialog', { name: words.leaveAsk })
    .getByRole('button', { name: words.leave })
    .click();
  await page.getByText(words.chatLeft).waitFor();
  await story.scene('left', async () => undefined);
  await story.openList();
}

export async function settingsScenes(story: Story): Promise<void> {
  const { page } = story;
  const { me, lines } = story.house;
  const { words } = me;
  const settings = async () => {
    await story.press(words.settings);
    await page.locator('.device-list').first().waitFor();
  };
  await story.begin();
  await story.openList();
  await story.scene('settings', settings);
  await story.scene('settings-whole', settings, 2900);
  await story.scene('link-device', async () => {
    await settings();
    await me.button(words.linkDevice).click();
    await page.getByLabel(words.linkCode, { exact: true }).waitFor();
  });
  await story.scene(
    'recovery',
    async () => {
      await settings();
      await me.button(words.recoveryShow).click();
      await page.locator('.safety-number').waitFor();
    },
    1100,
  );
  await story.scene('recovery-typed', async () => {
    await settings();
    await me.button(words.recoveryShow).click();
    await me.button(words.recoveryWritten).click();
  });
  await story.scene(
    'line',
    async () => {
      await settings();
      await me.button(words.lineLook).click();
      await me.button(words.lineAgain).waitFor();
    },
    1000,
  );
  const said = nearWords[bestLocale([(await page.locator('html').getAttribute('lang')) ?? ''])];
  const near = async () => {
    await settings();
    await me.button(words.near).click();
    await page.getByRole('dialog', { name: said.title }).waitFor();
  };
  await story.scene('near', near, 1300);
  await story.scene(
    'near-refused',
    async () => {
      await near();
      await page.getByRole('textbox', { name: said.code }).fill('polynya-near://');
      await me.button(said.call).click();
      await page.getByText(said.noCode).waitFor();
      await me.button(said.out).click();
      // What it says depends on what was under way.
      await page.locator('.near-by-hand [role="status"]').waitFor();
    },
    1500,
  );
  await story.scene('saved', async () => {
    await settings();
    await me.button(words.savedMessages).click();
    await me.composer.waitFor();
  });
  await story.openChat(lines.family);
  await me.context.setOffline(true);
  await page.locator('.banner').waitFor();
  await me.composer.fill(lines.later);
  await me.composer.press('Enter');
  await me.marked(lines.later, words.stateWaiting);
  await story.scene('offline', async () => undefined);
  await story.scene('offline-by-keyboard', () => me.button(words.near).focus());
  await me.context.setOffline(false);
}
