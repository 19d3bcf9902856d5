/**
 * The messages of a chat as a stream: each once when it comes and once more whenever what people see
 * of it changed. Bursts of any size are complete: the window grows until it meets what was given before.
 */
import type { ChatId, MessagePage, MessageView, Messenger } from '@polynya/messenger/api';

/** Oldest first. `page.firstUnread` is as it was when following began. */
export type FeedListener = (messages: readonly MessageView[], page: MessagePage) => void;

/**
 * Gives the newest `limit` messages at once, later ones as they come.
 * What it returns ends it.
 */
export function follow(
  messenger: Messenger,
  chat: ChatId,
  limit: number,
  listener: FeedListener,
): () => void {
  const shown = new Map<string, string>();
  let ended = false;
  let end = () => {};

  const watch = (window: number, first: boolean) => {
    let growing = false;
    let beginning = first;
    const stop = messenger.subscribe({ query: 'messages', chat, limit: window }, (page) => {
      if (ended || growing) return;
      const oldest = page.messages[0];
      if (!beginning && shown.size > 0 && page.more && oldest && !shown.has(oldest.id)) {
        growing = true;
        queueMicrotask(() => {
          stop();
          if (!ended) watch(window * 2, false);
        });
        return;
      }
      beginning = false;
      const news = page.messages.filter((message) => shown.get(message.id) !== look(message));
      for (const message of news) shown.set(message.id, look(message));
      if (news.length > 0) listener(news, page);
    });
    end = stop;
  };

  watch(limit, true);
  return () => {
    ended = true;
    end();
  };
}

/** What people see of a message; of its state only that it was stored, or failed. */
function look({ text, edited, deleted, reactions, seq, state }: MessageView): string {
  const people = reactions.map((reaction) => [reaction.emoji, reaction.people]);
  return JSON.stringify([text, edited, deleted, people, seq !== null, state === 'failed']);
}
