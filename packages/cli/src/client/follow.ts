/**
 * The messages of a chat as a stream: each once when it comes and once more whenever what people see
 * of it changed. Bursts of any size are complete: the window grows until it meets what was given before.
 */
import type { ChatId, MessagePage, MessageView, Messenger } from '@polynya/messenger/api';

/** Oldest first. `page.firstUnread` is as it was when following began. */
export type FeedListener = (messages: readonly MessageView[], page: MessagePage) => void;

export interface Follow {
  readonly chat: ChatId;
  /** So many of the newest to begin with. */
  readonly limit: number;
  /** To begin with every message that is not yet read, if those are more. */
  readonly unread?: boolean;
}

/** Gives what is there at once, later messages as they come. What it returns ends it. */
export function follow(
  messenger: Pick<Messenger, 'subscribe'>,
  { chat, limit, unread = false }: Follow,
  listener: FeedListener,
): () => void {
  const given = new Map<string, string>();
  let begun = false;
  let ended = false;
  let end = () => {};

  const reachesBack = ({ messages, more, firstUnread }: MessagePage) => {
    const oldest = messages[0];
    if (!more || !oldest) return true;
    if (begun) return given.size === 0 || given.has(oldest.id);
    return !unread || firstUnread === null || (oldest.seq ?? 0) <= firstUnread;
  };
  const watch = (window: number) => {
    let growing = false;
    const stop = messenger.subscribe({ query: 'messages', chat, limit: window }, (page) => {
      if (ended || growing) return;
      if (!reachesBack(page)) {
        growing = true;
        queueMicrotask(() => {
          stop();
          if (!ended) watch(window * 2);
        });
        return;
      }
      begun = true;
      const news = page.messages.filter((message) => given.get(message.id) !== look(message));
      for (const message of news) given.set(message.id, look(message));
      if (news.length > 0) listener(news, page);
    });
    end = stop;
  };

  watch(limit);
  return () => {
    ended = true;
    end();
  };
}

/** What people see of a message; of its state only that it was stored, or failed. */
function look({ text, edited, deleted, reactions, seq, state, undone }: MessageView): string {
  const people = reactions.map((reaction) => [reaction.emoji, reaction.people]);
  return JSON.stringify([text, edited, deleted, people, seq !== null, state === 'failed', undone]);
}
