/** The order of the list of chats: pinned ones first, then by what happened last. */
import type { ChatSummary } from '@polynya/messenger/api';

/** Those on the first page of the list, or those in the archive. */
export function inOrder(chats: readonly ChatSummary[], archived = false): ChatSummary[] {
  return chats
    .filter(({ marks }) => marks.archived === archived)
    .sort((a, b) => Number(b.marks.pinned) - Number(a.marks.pinned) || b.at - a.at);
}

/** How a chat is called in lists. */
export function titleOf(chat: ChatSummary, names: { saved: string; waiting: string }): string {
  return chat.saved ? names.saved : chat.title || names.waiting;
}
