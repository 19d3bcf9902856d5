/** The order of the list of chats: pinned ones first, then by what happened last. */
import type { ChatSummary } from '@polynya/messenger/api';

/** Where a chat stands: on the first page of the list, or apart. */
export type Shelf = 'list' | 'archive' | 'requests';

export function inOrder(chats: readonly ChatSummary[], shelf: Shelf = 'list'): ChatSummary[] {
  return chats
    .filter((chat) => shelfOf(chat) === shelf)
    .sort((a, b) => Number(b.marks.pinned) - Number(a.marks.pinned) || b.at - a.at);
}

function shelfOf({ state, marks }: ChatSummary): Shelf {
  if (state === 'request') return 'requests';
  return marks.archived ? 'archive' : 'list';
}

/** How a chat is called in lists. */
export function titleOf(chat: ChatSummary, names: { saved: string; waiting: string }): string {
  return chat.saved ? names.saved : chat.title || names.waiting;
}
