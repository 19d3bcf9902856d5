/**
 * Bytes on the wire: real messengers, a real server, WebSocket on the loopback,
 * counted in whole envelopes at the carrier, both directions, up and down alike.
 */

import type { ChatId } from '@polynya/messenger/api';
import { type Person, Town } from '@polynya/messenger/test/town';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { type Crossing, Ledger, total, webSocketHead } from './ledger.ts';
import { anatomy } from './message-anatomy.ts';
import { atMost, median, type Row } from './row.ts';

/** ASCII, so as many bytes as letters. */
const TEXT = 'x'.repeat(100);
const MESSAGES = 5;
const GROUP = 8;
/** ms: longer than receipts wait, shorter than a heartbeat's distance. */
const QUIET = 3_000;
/** Retransmissions and ACKs aside: heads of TCP (with timestamps) and IPv4, for each segment. */
const SEGMENT_HEAD = 52;
const SEGMENT = 1_448;

export async function wire(): Promise<Row[]> {
  const ledger = new Ledger();
  const town = await Town.found();
  try {
    const carriersOf = (name: string) => ({ carriers: [ledger.of(name, webSocketCarrier)] });
    const anna = await town.person('Anna', carriersOf('Anna'));
    const boris = await town.device('Boris', carriersOf('Boris'));
    const direct = await anna.messenger.invite(null);
    await boris.messenger.register(direct.link, 'Boris');
    await anna.people(direct.chat, 2);
    const delivery = await deliver(ledger, anna, boris, direct.chat);
    const opening = await openCold(ledger, boris, direct.chat);
    const joining = await joinGroup(ledger, town, anna, carriersOf);
    return [...delivery, ...opening, ...joining];
  } finally {
    await town.end();
  }
}

/** One text at a time, from the send to the sender's acknowledgement and the receiver's display. */
async function deliver(
  ledger: Ledger,
  sender: Person,
  receiver: Person,
  chat: ChatId,
): Promise<Row[]> {
  const messages: Crossing[][] = [];
  const receipts: Crossing[][] = [];
  for (let n = 0; n < MESSAGES; n++) {
    await ledger.quiet(QUIET);
    ledger.take();
    const { id } = await sender.messenger.send(chat, { text: TEXT });
    await sender.until({ query: 'messages', chat, limit: 99 }, (page) =>
      page.messages.some((one) => one.id === id && ['sent', 'delivered'].includes(one.state ?? '')),
    );
    await receiver.until({ query: 'messages', chat, limit: 99 }, (page) =>
      page.messages.some((one) => one.id === id),
    );
    messages.push(ledger.take());
    await ledger.quiet(QUIET);
    receipts.push(ledger.take());
  }
  const typical = messages.toSorted((a, b) => total(a) - total(b))[messages.length >> 1] ?? [];
  const of = (who: string, way: string) =>
    total(typical.filter((one) => one.who === who && one.way === way));
  return [
    atMost('deliver a 100 B text, without receipts', total(typical), 'B', 900),
    atMost('  up from the sender', of('Anna', 'up'), 'B', null),
    atMost('  down to the sender: acknowledgement and own entry', of('Anna', 'down'), 'B', null),
    atMost('  down to the receiver', of('Boris', 'down'), 'B', null),
    atMost('  up from the receiver', of('Boris', 'up'), 'B', null),
    atMost('  its envelopes', typical.length, 'envelopes', null),
    ...(await anatomy(TEXT)),
    atMost('  the receipt that follows', median(receipts.map(total)), 'B', null),
    atMost('  besides, WebSocket heads', framing(typical), 'B', null),
    atMost('  besides, heads of TCP and IPv4, ACKs aside', segments(typical), 'B', null),
  ];
}

/** A device that was here before starts from its store and says something. */
async function openCold(ledger: Ledger, person: Person, chat: ChatId): Promise<Row[]> {
  await person.close();
  await ledger.quiet(QUIET);
  ledger.take();
  await person.open();
  const { id } = await person.messenger.send(chat, { text: TEXT });
  await person.until({ query: 'messages', chat, limit: 99 }, (page) =>
    page.messages.some((one) => one.id === id && one.state === 'sent'),
  );
  const own = ledger.take().filter(({ who }) => who === 'Boris');
  return [
    atMost('open the app anew and send a first text, both directions', total(own), 'B', null),
  ];
}

/** Someone with nothing but a link joins seven others. */
async function joinGroup(
  ledger: Ledger,
  town: Town,
  admin: Person,
  carriersOf: (name: string) => { carriers: ReturnType<Ledger['of']>[] },
): Promise<Row[]> {
  const { chat } = await admin.messenger.createGroup('The house');
  for (let n = 2; n < GROUP; n++) await befriend(town, admin, `Member ${n}`, carriersOf);
  const known = await admin.messenger.people();
  await admin.messenger.add(
    chat,
    known.filter(({ name }) => name.startsWith('Member')).map(({ person }) => person),
  );
  await admin.people(chat, GROUP - 1);
  await ledger.quiet(QUIET);
  const { link } = await admin.messenger.invite(chat);
  await ledger.quiet(QUIET);
  const guest = await town.device('Guest', carriersOf('Guest'));
  ledger.take();
  await guest.messenger.register(link, 'Guest');
  await guest.people(chat, GROUP);
  await ledger.quiet(QUIET);
  const crossings = ledger.take();
  const own = crossings.filter(({ who }) => who === 'Guest');
  const up = own.filter(({ way }) => way === 'up');
  return [
    atMost(`join a group of ${GROUP} by an invite, both directions`, total(own), 'B', 48 * 1_024),
    atMost('  up', total(up), 'B', null),
    atMost('  its envelopes', own.length, 'envelopes', null),
    atMost(
      '  besides, to and from all the others together',
      total(crossings) - total(own),
      'B',
      null,
    ),
  ];
}

/** A person whom the admin can add: adding several is one Commit, which the server's limit allows. */
async function befriend(
  town: Town,
  admin: Person,
  name: string,
  carriersOf: (name: string) => { carriers: ReturnType<Ledger['of']>[] },
): Promise<void> {
  const { link, chat } = await admin.messenger.invite(null);
  const member = await town.device(name, carriersOf(name));
  await member.messenger.register(link, name);
  await admin.people(chat, 2);
}

const framing = (crossings: readonly Crossing[]) =>
  crossings.reduce((sum, one) => sum + webSocketHead(one), 0);

const segments = (crossings: readonly Crossing[]) =>
  crossings.reduce((sum, { bytes }) => sum + Math.ceil(bytes / SEGMENT) * SEGMENT_HEAD, 0);
