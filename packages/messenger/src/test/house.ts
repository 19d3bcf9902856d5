/** A town with one group in it, "The house", whose members came by Anna's links and have settled in. */
import type { ChatId } from '../api.ts';
import type { Person, PersonOptions, Town } from './town.ts';

export interface House {
  readonly town: Town;
  readonly chat: ChatId;
  /** Anna first: the admin, with the lowest leaf. */
  readonly members: readonly [Person, Person, Person];
}

/** @param options of the last member's device */
export async function house(town: Town, options: PersonOptions = {}): Promise<House> {
  const anna = await town.person('Anna');
  const { chat } = await anna.messenger.createGroup('The house');
  const others: Person[] = [];
  for (const name of ['Boris', 'Vera']) {
    const { link } = await anna.messenger.invite(chat);
    const member = await town.device(name, name === 'Vera' ? options : {});
    await member.messenger.register(link, name);
    others.push(member);
  }
  const members = [anna, ...others] as [Person, Person, Person];
  for (const member of members) {
    await member.people(chat, 3);
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
