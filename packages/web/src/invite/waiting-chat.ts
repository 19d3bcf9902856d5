/** A chat of two whose guest has not come: its invite is shown again, or taken back with it. */
import type { ChatId, ChatSummary, InviteView, Messenger } from '@polynya/messenger/api';
import { once } from '../state/once.ts';

/** An invite that ends sooner is not worth being handed on, ms. */
const WORTH_SENDING = 24 * 3_600_000;

/** The newest in which nothing was said: nobody misses it, and another one would be one too many. */
export function waitingChat(chats: readonly ChatSummary[]): ChatSummary | undefined {
  return chats
    .filter(
      ({ direct, saved, state, peer, last }) =>
        direct && !saved && state === 'active' && peer === null && last === null,
    )
    .sort((a, b) => b.at - a.at)[0];
}

/** Its open invite; null if there is none, or none that lasts. */
export async function openInvite(
  messenger: Messenger,
  chat: ChatId,
  now: number,
): Promise<InviteView | null> {
  const detail = await once(messenger, { query: 'chat', chat });
  return detail?.invites.findLast(({ expires }) => expires > now + WORTH_SENDING) ?? null;
}

/**
 * Withdraws the invite and forgets the chat, unless the guest came first: 'came' then.
 * @throws Problem 'offline', 'rate'
 */
export async function takeBack(
  messenger: Messenger,
  chat: ChatId,
  invite: string,
): Promise<'gone' | 'came'> {
  await messenger.withdraw(chat, invite);
  const detail = await once(messenger, { query: 'chat', chat });
  if (detail && detail.peer !== null) return 'came';
  await messenger.leave(chat);
  await once(messenger, { query: 'chat', chat }, (now) => now?.state !== 'active');
  await messenger.forget(chat);
  return 'gone';
}
