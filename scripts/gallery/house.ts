/** A server, one person at a browser, and nine others without one, who said much to each other before and since. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { answer } from '../../packages/cli/src/client/answers.ts';
import { openProfile } from '../../packages/cli/src/client/open-profile.ts';
import type { ChatId, MessageView, Messenger } from '../../packages/messenger/src/api.ts';
import { type Device, Person } from '../../packages/web/e2e/person.ts';
import { ServerProcess } from '../../packages/web/e2e/server-process.ts';
import { packWave } from '../../packages/web/src/chat/media/waveform.ts';
import { LINES, type Lines } from './lines.ts';
import { PICTURES, type Picture, paint } from './pictures.ts';

export interface House {
  readonly server: ServerProcess;
  readonly lines: Lines;
  readonly me: Person;
  readonly others: readonly Messenger[];
  /** Leads into the family's group, which is full of talk; nobody has used it. */
  readonly link: string;
  readonly family: ChatId;
  readonly pictures: readonly Picture[];
  close(): Promise<void>;
}

/** Nobody has come in at the browser yet. */
export async function openHouse(browser: Browser, device: Device): Promise<House> {
  const lines = LINES[device.locale === 'ru-RU' ? 'ru-RU' : 'en-GB'];
  const server = await ServerProcess.start();
  const folder = await mkdtemp(join(tmpdir(), 'polynya-gallery-'));
  const me = await Person.at(browser, device);
  const others: Messenger[] = [];
  for (const [at, name] of lines.people.entries()) {
    const one = await openProfile(join(folder, `${at}`), () => undefined);
    await one.register(server.link, name);
    others.push(one);
  }
  await me.page.goto(`${server.page}icon.svg`);
  const pictures = await Promise.all(PICTURES.map((kind) => paint(me.page, kind)));
  const [boris, vera, grigory, dasha] = others as [Messenger, Messenger, Messenger, Messenger];
  const { chat: family } = await boris.createGroup(lines.family);
  for (const one of [vera, grigory, dasha]) {
    await one.join((await boris.invite(family)).link);
  }
  const { link } = await boris.invite(family);
  await talk(others, family, lines);
  await show(others, family, lines, pictures);
  return {
    server,
    lines,
    me,
    others,
    link,
    family,
    pictures,
    async close() {
      await me.leave();
      for (const one of others) await one.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until that text, or a file of that name, has come to them. */
export function has(one: Messenger, chat: ChatId, text: string): Promise<MessageView> {
  let found: MessageView | undefined;
  const look = ({ messages }: { readonly messages: readonly MessageView[] }) => {
    found = messages.findLast(
      (message) => message.seq !== null && [message.text, message.file?.name].includes(text),
    );
    return found !== undefined;
  };
  return answer(one, { query: 'messages', chat, limit: 100 }, look).then(
    () => found as MessageView,
  );
}

async function say(one: Messenger, chat: ChatId, text: string, reply?: string): Promise<string> {
  const { id } = await one.send(chat, { text, ...(reply && { reply }) });
  await has(one, chat, text);
  return id;
}

async function talk(others: readonly Messenger[], chat: ChatId, lines: Lines): Promise<void> {
  const [boris, vera, grigory, dasha] = others as [Messenger, Messenger, Messenger, Messenger];
  const speakers = [vera, boris, vera, dasha, boris, grigory, vera, dasha];
  for (const [at, text] of lines.talk.entries()) await say(speakers[at] ?? boris, chat, text);
  const pies = lines.talk[4] ?? '';
  const { id } = await has(grigory, chat, pies);
  await grigory.react(chat, id, '❤️');
  await dasha.react(chat, (await has(dasha, chat, pies)).id, '❤️');
  await vera.react(chat, (await has(vera, chat, pies)).id, '😋');
  const wrong = await say(dasha, chat, lines.deleted);
  await dasha.delete(chat, wrong);
  const two = await say(
    grigory,
    chat,
    '14:00?',
    (await has(grigory, chat, lines.talk[6] ?? '')).id,
  );
  await grigory.edit(chat, two, lines.edited);
  await say(boris, chat, lines.long);
}

async function show(
  others: readonly Messenger[],
  chat: ChatId,
  lines: Lines,
  pictures: readonly Picture[],
): Promise<void> {
  const [boris, vera, , dasha] = others as [Messenger, Messenger, Messenger, Messenger];
  const send = (one: Messenger, picture: Picture, about: object) =>
    one.sendFile(chat, new Blob([new Uint8Array(picture.bytes)], { type: 'image/jpeg' }), {
      name: 'IMG_2031.jpg',
      thumb: picture.thumb,
      width: picture.width,
      height: picture.height,
      ...about,
    });
  const [evening, ...more] = pictures;
  if (evening) await send(vera, evening, { caption: lines.caption });
  await has(dasha, chat, lines.caption);
  const album = 'a1b2c3d4e5f60718';
  for (const [place, picture] of more.entries()) {
    await send(dasha, picture, { album: { id: album, place }, name: `IMG_20${place}.jpg` });
    await has(boris, chat, `IMG_20${place}.jpg`);
  }
  const pdf = new Blob([new Uint8Array(640_000)], { type: 'application/pdf' });
  await boris.sendFile(chat, pdf, { name: lines.file });
  const levels = Array.from(
    { length: 96 },
    (_, at) => 2 + 20 * Math.abs(Math.sin(at / 3) * Math.cos(at / 11)),
  );
  const sound = new Blob([new Uint8Array(24_000)], { type: 'audio/webm' });
  await dasha.sendFile(chat, sound, {
    name: lines.voice,
    duration: 17_300,
    wave: packWave(levels),
  });
  if (evening) {
    const film = new Blob([new Uint8Array(4_000)], { type: 'video/mp4' });
    const { thumb, width, height } = evening;
    await boris.sendFile(chat, film, { name: 'VID_7.mp4', thumb, width, height, duration: 43_000 });
  }
  // Files take their time to go up.
  for (const name of ['IMG_203.jpg', lines.file, lines.voice, 'VID_7.mp4']) {
    await has(vera, chat, name);
  }
  const { id } = await vera.poll(chat, { question: lines.question, options: lines.options });
  await has(vera, chat, lines.question);
  await vera.vote(chat, id, [1]);
  await boris.vote(chat, (await has(boris, chat, lines.question)).id, [1]);
  await dasha.vote(chat, (await has(dasha, chat, lines.question)).id, [0]);
}
