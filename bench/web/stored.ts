/**
 * What the store of somebody holds who has so many chats and a chat of so many messages. Two chats and the long one's
 * messages are made by the engine; the other chats are copies of those two under other ids, which opens and shows
 * like chats that were made one by one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ChatId } from '@polynya/messenger/api';
import { type Change, TABLES } from '@polynya/messenger/store/store';
import { type Person, Town } from '@polynya/messenger/test/town';
import { texts } from '../texts.ts';

export const MESSAGES = 100_000;
/** The name of the chat that has them. */
export const LONG = 'Everybody';
const BATCH = 500;
const START = 1_700_000_000_000;
const PAIR = 'Neighbours';

type Row = Change & { readonly value: Uint8Array };

/** Writes all rows of the store to `path`; see `encoded`. */
export async function makeStored(path: string, chats: number): Promise<void> {
  const town = await Town.found();
  try {
    const anna = await town.person('Anna');
    const boris = await town.person('Boris');
    const direct = await anna.messenger.invite(null);
    await boris.messenger.join(direct.link);
    const pair = await anna.messenger.createGroup(PAIR);
    const { chat } = await anna.messenger.createGroup(LONG);
    for (const to of [direct.chat, pair.chat]) {
      await anna.messenger.send(to, { text: 'See you at eight' });
      await anna.until({ query: 'messages', chat: to, limit: 3 }, ({ messages }) =>
        messages.some(({ state }) => state === 'sent' || state === 'delivered'),
      );
    }
    await fill(anna, chat, boris.device.self.person);
    await (await anna.device.search.get()).tend();
    await anna.messenger.read(chat, MESSAGES);
    const { store } = anna.device.ports;
    const rows: Row[] = [];
    for (const table of TABLES) {
      for (const [key, value] of await store.range(table)) rows.push({ table, key, value });
    }
    const patterns = [direct.chat, pair.chat].map((id) => ({
      id,
      rows: rows.filter(({ key }) => key.includes(id)),
    }));
    for (let made = 3; made < chats; made++) {
      const { id, rows: copied } = patterns[made % 2] as (typeof patterns)[number];
      rows.push(...copied.map((row) => renamed(row, id, made.toString(16).padStart(32, '0'))));
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat(rows.map(encoded)));
  } finally {
    await town.end();
  }
}

async function fill({ device }: Person, chat: ChatId, other: string): Promise<void> {
  const { timeline, ports, self } = device;
  const said = texts(7);
  for (let from = 10; from < MESSAGES; from += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => {
      const seq = from + i;
      const mine = seq % 3 === 0;
      const content = { kind: 'text' as const, text: said(), reply: null, mentions: [] };
      const id = seq.toString(16).padStart(32, '0');
      const sender = mine ? self.person : other;
      return { chat, seq, id, sender, mine, at: START + seq * 60_000, content };
    });
    await timeline.locked(chat, async () => ports.store.apply(await timeline.arrived(batch)));
  }
}

/** The row with one chat's id, as text and as bytes, put in place of another's. */
function renamed({ table, key, value }: Row, from: ChatId, to: ChatId): Row {
  const bytes = (id: ChatId) => Buffer.from(id, 'hex').toString('latin1');
  const changed = Buffer.from(value)
    .toString('latin1')
    .replaceAll(from, to)
    .replaceAll(bytes(from), () => bytes(to));
  return { table, key: key.replace(from, to), value: Buffer.from(changed, 'latin1') };
}

/** Number of the table (1 byte), length of the key (2), the key, length of the value (4), the value. */
function encoded({ table, key, value }: Row): Buffer {
  const name = Buffer.from(key);
  const head = Buffer.alloc(7);
  head.writeUInt8(TABLES.indexOf(table), 0);
  head.writeUInt16BE(name.length, 1);
  head.writeUInt32BE(value.length, 3);
  return Buffer.concat([head, name, value]);
}
