/** One open chat, in all that it can show, and what opens over it. */
import type { Story } from './story.ts';

const DAYS = 86_400_000;

/** A microphone that hums. */
function hum(): void {
  const context = new AudioContext();
  const tone = new OscillatorNode(context);
  const mouth = new MediaStreamAudioDestinationNode(context);
  tone.connect(mouth);
  tone.start();
  navigator.mediaDevices.getUserMedia = async () => mouth.stream.clone();
}

export async function chatScenes(story: Story): Promise<void> {
  const { page } = story;
  const { me, lines, pictures } = story.house;
  const { words } = me;
  const on = async (text: string) => {
    await page
      .locator('article.message')
      .filter({ hasText: text })
      .last()
      .click({ button: 'right' });
    await page.getByRole('menu').waitFor();
  };

  await story.openChat(lines.family);
  await story.scene('chat-unread', async () => undefined);
  const newest = me.button(words.newest);
  if (await newest.isVisible()) await newest.click();
  await me.sees(lines.question);
  await story.scene('chat-media', async () => undefined);
  await story.scene('chat-long', async () => undefined, 2600);
  await me.say(lines.answer);
  await story.scene('chat-newest', async () => undefined);
  await story.scene('menu-own', () => on(lines.answer));
  await story.scene('menu-other', () => on(lines.question));
  await story.scene('reply', async () => {
    await on(lines.question);
    await story.choose(words.reply);
  });
  await me.composer.press('Escape');
  await story.scene('edit', async () => {
    await me.composer.press('ArrowUp');
    await me.composer.waitFor();
  });
  await me.composer.press('Escape');
  await story.scene('mention', async () => {
    await me.composer.pressSequentially('@');
    await page.getByRole('listbox').waitFor();
  });
  await me.composer.fill('');
  await story.scene('attach', () => story.press(words.attach));
  await story.scene('new-poll', async () => {
    await story.press(words.attach);
    await story.choose(words.poll);
  });
  await story.scene('emoji', async () => {
    await on(lines.answer);
    await story.choose(words.otherEmoji);
    await page.locator('.emoji-grid button').first().waitFor();
  });
  await story.scene('message-info', async () => {
    await on(lines.answer);
    await story.choose(words.messageInfo);
    await page.getByText(words.seenBy).waitFor();
  });
  await story.scene('versions', async () => {
    await me.say(lines.talk[6] ?? '');
    await me.marked(lines.talk[6] ?? '', words.stateDelivered);
    await me.composer.press('ArrowUp');
    await me.composer.fill(lines.edited);
    await me.composer.press('Enter');
    await on(lines.edited);
    await story.choose(words.messageInfo);
    await page
      .getByRole('dialog')
      .getByText(lines.talk[6] ?? '')
      .waitFor();
  });
  await story.scene('forward', async () => {
    await on(lines.answer);
    await story.choose(words.forward);
  });
  await story.scene('delete', async () => {
    await on(lines.answer);
    await story.choose(words.delete);
  });
  await story.scene('selection', async () => {
    await on(lines.answer);
    await story.choose(words.select);
    await page.getByRole('checkbox').first().waitFor();
  });
  if (await me.button(words.stopSelecting).isVisible()) await story.press(words.stopSelecting);
  await story.scene('send-menu', async () => {
    await me.composer.fill(lines.later);
    await me.button(words.send).click({ button: 'right' });
  });
  await story.scene('later', async () => {
    await me.composer.fill(lines.later);
    await me.button(words.send).click({ button: 'right' });
    await story.choose(words.sendLater);
    await page.getByLabel(words.laterWhen, { exact: true }).waitFor();
  });
  await story.begin();
  await me.composer.fill(lines.later);
  await me.button(words.send).click({ button: 'right' });
  await story.choose(words.sendLater);
  await page
    .getByLabel(words.laterWhen, { exact: true })
    .fill(new Date(Date.now() + 3 * DAYS).toISOString().slice(0, 16));
  await me.button(words.laterKeep).click();
  await page.locator('.scheduled-bar').waitFor();
  await story.scene('scheduled-bar', async () => undefined);
  await story.scene('scheduled', async () => {
    await page.locator('.scheduled-bar').click();
    await page.getByRole('dialog').getByText(lines.later).waitFor();
  });
  const pin = async (text: string) => {
    await on(text);
    await story.choose(words.pin);
    await page.locator('.pinned-bar').getByText(text.slice(0, 12)).waitFor();
  };
  const [first = '', , , , pies = ''] = lines.talk;
  await story.begin();
  await pin(lines.answer);
  await story.scene('pinned', async () => undefined);
  await me.composer.press('Control+f');
  for (const text of [pies, first]) {
    await page.getByRole('searchbox').fill(text.slice(0, 12));
    await page.locator('article.flash').waitFor();
    await pin(text);
  }
  await page.getByRole('searchbox').press('Escape');
  await story.scene('pinned-several', async () => undefined);
  await story.scene('pinned-list', async () => {
    await story.press(words.allPinned);
    await page.getByRole('dialog').getByRole('button', { name: words.unpin }).last().click();
    await me.button(words.undo).waitFor();
  });
  // A chat that is opened anew stands at its end.
  for (const title of [lines.house, lines.family]) await story.openChat(title);
  const files = (many: number) =>
    pictures.slice(0, many).map(({ bytes }, at) => ({
      name: `IMG_20260214_18320${at}.jpg`,
      mimeType: 'image/jpeg',
      buffer: bytes,
    }));
  await story.scene('send-picture', async () => {
    await page.locator('input[type=file]').setInputFiles(files(1));
    await page.getByLabel(words.caption).waitFor();
  });
  await story.scene('send-pictures', async () => {
    const pdf = { name: lines.file, mimeType: 'application/pdf', buffer: Buffer.alloc(90_000) };
    await page.locator('input[type=file]').setInputFiles([...files(3), pdf]);
    await page.getByLabel(words.caption).waitFor();
  });
  await story.scene('viewer', async () => {
    const picture = page.getByRole('button', { name: words.fileOpen, exact: true }).last();
    // What is far from sight is not drawn: one goes up to it as a hand does.
    for (let tries = 0; tries < 40 && !(await picture.isVisible()); tries++) {
      await page.locator('.timeline-scroll').evaluate((list) => list.scrollBy(0, -200));
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await picture.click();
    await page.locator('.file-picture').waitFor();
  });
  await story.scene('chat-search', async () => {
    await story.press(words.findInChat);
    await page.getByRole('searchbox').fill(lines.answer.slice(0, 5));
    await page.locator('.chat-search-count').waitFor();
  });
  if (await page.locator('.chat-search').isVisible())
    await page.getByRole('searchbox').press('Escape');
  await page.evaluate(hum);
  await story.scene('recording', async () => {
    await story.press(words.recordVoice);
    await page.getByRole('timer').getByText('0:0').waitFor();
  });
  await me.composer.fill(lines.draft);
}
