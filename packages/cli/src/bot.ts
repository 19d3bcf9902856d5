/**
 * A program that takes part in chats. Joins by a link once, then answers what people write, also what they
 * wrote while it was away.
 */
import type { ChatId, MessageView, Messenger, PersonId } from '@polynya/messenger/api';
import { answer } from './client/answers.ts';
import { type FeedListener, follow } from './client/follow.ts';
import { withMessenger } from './client/profile.ts';
import { Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { problemWords } from './words.ts';

export interface BotOptions {
  /** An invite, to a server or a chat. Needed the first time only. */
  readonly link?: string | undefined;
  /** What people see; of no effect once joined. */
  readonly name: string;
  /** The folder of its state; else POLYNYA_PROFILE, else the user's own profile. */
  readonly profile?: string;
  /** Ends it when aborted; Ctrl-C does in any case. */
  readonly signal?: AbortSignal;
}

/** A text or file that somebody else wrote. */
export interface BotMessage {
  readonly chat: ChatId;
  readonly id: string;
  readonly sender: PersonId;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Sends a text to the same chat; resolves when it is in the outbox, from where it goes by itself. */
  reply(text: string): Promise<void>;
}

/** Messages that are looked through when the bot wakes up. */
const HISTORY = 200;

/**
 * Runs until Ctrl-C or `signal`. `onMessage` is called in order, one message of a chat at a time, and once
 * for each: again only if the program was killed before it had returned.
 * @throws Failure where a person must do something; whatever `onMessage` throws
 */
export async function runBot(
  { link, name, profile, signal }: BotOptions,
  onMessage: (message: BotMessage) => void | Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const stop = () => end.abort();
  for (const each of ['SIGINT', 'SIGTERM'] as const) process.once(each, stop);
  signal?.addEventListener('abort', stop, { once: true });
  const { stdin: input, stdout: output, stderr: notes, env } = process;
  const terminal: Terminal = { input, output, notes, env, ended: end.signal };
  try {
    await withMessenger(profile, terminal, async (messenger) => {
      await join(messenger, link, name);
      await attend(messenger, onMessage, end.signal);
    });
  } finally {
    for (const each of ['SIGINT', 'SIGTERM'] as const) process.off(each, stop);
    signal?.removeEventListener('abort', stop);
  }
}

async function join(messenger: Messenger, link: string | undefined, name: string): Promise<void> {
  const { me } = await answer(messenger, { query: 'status' });
  if (me) return;
  if (!link) throw new Failure(problemWords['not-registered']);
  await messenger.register(link, name);
}

/** Follows every chat there is or will be, until `signal`; then finishes what it was about. */
async function attend(
  messenger: Messenger,
  onMessage: (message: BotMessage) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();

  let work: Promise<void> = Promise.resolve();
  const attended = new Map<ChatId, () => void>();
  const unsubscribe = messenger.subscribe({ query: 'chats' }, (chats) => {
    for (const { chat, state } of chats) {
      if (state !== 'active' || attended.has(chat)) continue;
      const queue = unreadOf((message) => {
        work = work.then(() => handle(messenger, chat, message, onMessage));
        work.catch(ended.reject);
      });
      attended.set(chat, follow(messenger, { chat, limit: HISTORY, unread: true }, queue));
    }
  });
  try {
    await ended.promise;
  } finally {
    unsubscribe();
    for (const leave of attended.values()) leave();
  }
  await work;
}

/** Passes on each message that came after the read mark, once, and never a change of an earlier one. */
function unreadOf(take: (message: MessageView) => void): FeedListener {
  let mark: number | undefined;
  return (messages, { firstUnread }) => {
    const seqs = messages.map(({ seq }) => seq ?? 0);
    mark ??= firstUnread === null ? Math.max(0, ...seqs) : firstUnread - 1;
    for (const message of messages) {
      if (message.seq === null || message.seq <= mark) continue;
      mark = message.seq;
      if (!message.mine && !message.event && !message.deleted) take(message);
    }
  };
}

async function handle(
  messenger: Messenger,
  chat: ChatId,
  { id, sender, name, text, at, seq }: MessageView,
  onMessage: (message: BotMessage) => void | Promise<void>,
): Promise<void> {
  const reply = async (words: string) => {
    await messenger.send(chat, { text: words });
  };
  await onMessage({ chat, id, sender, name, text, at, reply });
  if (seq !== null) await messenger.read(chat, seq);
}
