/** The links that this profile made and nobody has come by yet. */
import type { ChatId, InviteView, Messenger } from '@polynya/messenger/api';
import { answer } from './answers.ts';

export interface OpenInvite {
  readonly chat: ChatId;
  readonly title: string;
  readonly invite: InviteView;
}

export async function openInvites(messenger: Messenger): Promise<OpenInvite[]> {
  const found: OpenInvite[] = [];
  for (const { chat, title } of await answer(messenger, { query: 'chats' })) {
    const detail = await answer(messenger, { query: 'chat', chat });
    for (const invite of detail?.invites ?? []) found.push({ chat, title, invite });
  }
  return found;
}
