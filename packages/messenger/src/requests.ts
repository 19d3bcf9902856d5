/**
 * Chats that somebody brought this person into whom they have not met: shown apart, and answered before anybody there
 * hears anything of them (a profile, a receipt, that they type). Judged by each device from what it holds.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { ChatId, PersonId } from './api.ts';
import { Problem } from './api.ts';
import { findPerson, idOf } from './conversation/people.ts';
import type { Device } from './device.ts';
import { fleetOf } from './devices/later.ts';
import { ANSWERS } from './devices/sharing.ts';
import { forgetChat } from './forget-chat.ts';
import type { Change } from './store/store.ts';

/** People of a group in which all know each other. In a larger one nobody is met by being there alone. */
const CLOSE = 8;

/** Whoever this person came by, brought in, accepted, writes with alone or shares a small group with. */
export function isMet({ met, memory, conversations, self }: Device, person: PersonId): boolean {
  if (met.has(person)) return true;
  return [...conversations.values()].some(({ chat, held: { state } }) => {
    const found = findPerson(state, person);
    const mine = findPerson(state, self.person);
    if (!found || !mine?.here || memory.request(chat)) return false;
    const invited = (one: typeof found, by: typeof found) =>
      one.by !== null && toHex(one.by) === idOf(by);
    if (invited(found, mine) || invited(mine, found)) return true;
    return state.people.filter(({ here }) => here).length <= CLOSE;
  });
}

/** From now on they may bring this person into chats. @throws StoreError */
export async function meet({ met, ports }: Device, people: readonly PersonId[]): Promise<void> {
  const news = people.filter((person) => !met.has(person));
  await ports.store.apply(news.map(metSaved));
  for (const person of news) met.add(person);
}

/** @throws StoreError */
export async function accept(device: Device, chat: ChatId): Promise<void> {
  const conversation = device.conversation(chat);
  const by = device.memory.request(chat)?.by;
  if (by === undefined) return;
  await device.ports.store.apply(answered(device, chat, by, ANSWERS.accepted));
  conversation.wake();
  if (device.self.group) (await fleetOf(device)).sharing.request(chat, by, ANSWERS.accepted);
}

/** @throws Problem 'not-allowed'; StoreError */
export async function decline(device: Device, chat: ChatId): Promise<void> {
  device.conversation(chat);
  const by = device.memory.request(chat)?.by;
  if (by === undefined) throw new Problem('not-allowed');
  await device.ports.store.apply(answered(device, chat, by, ANSWERS.declined));
  if (device.self.group) (await fleetOf(device)).sharing.request(chat, by, ANSWERS.declined);
}

/** What is to be stored where this person answered, here or on another device of theirs. */
export function answered(device: Device, chat: ChatId, by: PersonId, answer: number): Change[] {
  const { memory, ports } = device;
  const declined = answer === ANSWERS.declined;
  const asks = answer === ANSWERS.accepted ? null : { by, declined };
  const changes = [memory.requested(chat, asks)];
  if (answer === ANSWERS.accepted) {
    device.met.add(by);
    changes.push(metSaved(by));
    // What came meanwhile and is small comes now.
    ports.clock.setTimeout(() => void device.files.resumeAll().catch(() => undefined), 0);
  }
  device.changes.touchChat(chat);
  if (declined) depart(device, chat);
  return changes;
}

/** Leaves a chat that was declined, and forgets it as soon as this person is out of it. */
export function depart(device: Device, chat: ChatId): void {
  const failed = (error: unknown) =>
    device.ports.log(`a chat that was declined stays: ${error instanceof Error ? error.name : ''}`);
  const conversation = device.conversations.get(chat);
  if (!conversation) return;
  const look = () => {
    if (!['left', 'removed', 'stopped'].includes(conversation.held.state.phase)) return;
    off();
    if (device.conversations.get(chat) === conversation) forgetChat(device, chat).catch(failed);
  };
  const off = device.changes.on([`chat/${chat}`], look);
  const { state } = conversation.held;
  const mine = findPerson(state, device.self.person);
  if (state.phase === 'active' && !mine?.leaving) {
    conversation.queue({ kind: 'leave' }).catch(failed);
  }
  look();
}

function metSaved(person: PersonId): Change {
  return { table: 'person', key: `met/${person}`, value: new Uint8Array(1) };
}
