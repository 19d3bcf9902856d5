/** A town with one group in it, "The house", whose members came by Anna's links and have settled in. */
import type { ChatId } from '../api.ts';
import type { Person, PersonOptions, Town } from './town.ts';

export interface House {
  readonly town: Town;
  readonly chat: ChatId;
  /** Anna first: the admin, with the lowest leaf. */
  readonly members: readonly [Person, Person, Person];
}

/** A group in which everybody came by a link of the first one's. */
export async function gather(
  town: Town,
  names: readonly string[],
  options: (name: string) => PersonOptions = () => ({}),
): Promise<{ chat: ChatId; members: Person[] }> {
  const [first = '', ...others] = names;
  const founder = await town.person(first);
  const { chat } = await founder.messenger.createGroup('The house');
  const members = [founder];
  for (const name of others) {
    const { link } = await founder.messenger.invite(chat);
    const member = await town.device(name, options(name));
    await member.messenger.register(link, name);
    members.push(member);
  }
  for (const member of members) await member.people(chat, members.length);
  return { chat, members };
}

/** @param options of the last member's device */
export async function house(town: Town, options: PersonOptions = {}): Promise<House> {
  const names = ['Anna', 'Boris', 'Vera'];
  const gathered = await gather(town, names, (name) => (name === 'Vera' ? options : {}));
  const { chat } = gathered;
  const members = gathered.members as [Person, Person, Person];
  const [anna, ...others] = members;
  for (const member of members) {
    await member.until({ query: 'chat', chat }, (one) => one?.invites.length === 0);
  }
  await anna.messenger.send(chat, { text: 'Hello' });
  for (const member of others) await member.texts(chat, 1);
  await settled(anna, chat);
  return { town, chat, members };
}

/** Receipts and the newcomers' own Commits are through: nothing more moves by itself. */
export async function settled(member: Person, chat: ChatId): Promise<void> {
  const page = { query: 'messages', chat, limit: 50 } as const;
  await member.until(page, ({ messages }) => messages.at(-1)?.state === 'delivered', 'delivery');
  await new Promise((done) => setTimeout(done, 500));
}

/** Settles once an event of this kind is shown. */
export async function happened(member: Person, chat: ChatId, event: string) {
  const page = { query: 'messages', chat, limit: 50 } as const;
  const { messages } = await member.until(
    page,
    (shown) => shown.messages.some((one) => one.event?.event === event),
    event,
  );
  return messages.find((one) => one.event?.event === event)?.event;
}
