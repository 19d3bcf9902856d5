/** What a person means by CHAT, MESSAGE and PERSON on a command line: the beginning of an id, or a name. */
import type {
  ChatId,
  ChatSummary,
  MessageId,
  MessageView,
  Messenger,
  PersonId,
  PersonView,
} from '@polynya/messenger/api';
import { tagOf } from '@polynya/messenger/identity/person';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { shortId } from '../render/units.ts';
import { answer } from './answers.ts';

/** So many of the newest messages are looked through for a MESSAGE. */
const LOOKED_THROUGH = 2_000;
const ID_BEGINNING = /^[0-9a-f]{4,}$/;

/** @throws Failure if no chat is meant, or more than one */
export async function findChat(messenger: Messenger, wanted: string): Promise<ChatSummary> {
  const chats = await answer(messenger, { query: 'chats' });
  return theOne(wanted, 'chat', chats, ({ chat, title }) => ({ id: chat, name: title }));
}

/** @throws Failure if no message is meant, or more than one */
export async function findMessage(
  messenger: Messenger,
  chat: string,
  wanted: string,
): Promise<MessageView> {
  const query = { query: 'messages', chat, limit: LOOKED_THROUGH } as const;
  const { messages } = await answer(messenger, query);
  return messageIn(messages, wanted);
}

/** @throws Failure as `findMessage` */
export function messageIn(messages: readonly MessageView[], wanted: MessageId): MessageView {
  const written = messages.filter(({ event }) => event === null);
  return theOne(wanted, 'message', written, ({ id }) => ({ id, name: '' }));
}

/** @throws Failure if no chat or nobody in it is meant, or more than one */
export async function findMember(
  messenger: Messenger,
  wantedChat: string,
  wanted: string,
): Promise<{ readonly chat: ChatId; readonly person: PersonId }> {
  const { chat } = await findChat(messenger, wantedChat);
  const people = (await answer(messenger, { query: 'chat', chat }))?.people ?? [];
  return { chat, person: personIn(people, wanted).person };
}

/** @throws Failure if nobody is meant, or several people */
export function personIn(people: readonly PersonView[], wanted: string): PersonView {
  return theOne(wanted, 'person', people, ({ person, name }) => ({ id: person, name }));
}

/** The thing whose id begins with `wanted`, or whose name it is, or whose name begins with it. */
export function theOne<T>(
  wanted: string,
  kind: string,
  things: readonly T[],
  look: (thing: T) => { readonly id: string; readonly name: string },
): T {
  const [name = '', tag] = alike(wanted).split(/ ?#(?=[0-9a-f]{4}$)/);
  const called = (thing: T) => {
    const { id, name: its } = look(thing);
    return alike(its) === name && (tag === undefined || tagOf(id) === tag);
  };
  const begins = (thing: T) => name !== '' && alike(look(thing).name).startsWith(name);
  const ways = [
    (thing: T) => look(thing).id === wanted,
    called,
    (thing: T) => ID_BEGINNING.test(wanted) && look(thing).id.startsWith(wanted),
    begins,
  ];
  for (const way of ways) {
    const found = things.filter(way);
    const [only] = found;
    if (found.length > 1) throw ambiguous(wanted, kind, found.map(look));
    if (only !== undefined) return only;
  }
  throw new Failure(`There is no ${kind} "${cleanLine(wanted)}".`);
}

function ambiguous(wanted: string, kind: string, found: readonly { id: string }[]): Failure {
  const ids = found.slice(0, 5).map(({ id }) => shortId(id));
  return new Failure(
    `"${cleanLine(wanted)}" may be more than one ${kind}: say one of ${ids.join(', ')}.`,
  );
}

function alike(name: string): string {
  return cleanLine(name).normalize('NFKC').toLowerCase();
}
