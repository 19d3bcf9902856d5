/** The order of the list of chats: pinned ones first, then by what happened last. */
import type { ChatSummary } from '@polynya/messenger/api';

/** Where a chat stands: on the first page of the list, or apart. */
export type Shelf = 'list' | 'archive' | 'requests';

/** @param chats the newest first */
export function inOrder(chats: readonly ChatSummary[], shelf: Shelf = 'list'): ChatSummary[] {
  const there = chats.filter((chat) => shelfOf(chat) === shelf);
  const pinned = there.filter(({ marks }) => marks.pinned);
  return pinned.length === 0 ? there : [...pinned, ...there.filter(({ marks }) => !marks.pinned)];
}

/** Whether two lists have the same things, as of chats or people, in the same order. */
export function sameOrder(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((one, at) => one === after[at]);
}

function shelfOf({ state, marks }: ChatSummary): Shelf {
  if (state === 'request') return 'requests';
  return marks.archived ? 'archive' : 'list';
}

/** How a chat is called in lists. */
export function titleOf(chat: ChatSummary, names: { saved: string; waiting: string }): string {
  return chat.saved ? names.saved : chat.title || names.waiting;
}
