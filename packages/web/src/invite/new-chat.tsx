/**
 * A new chat of two: makes the invite at once, since nothing else is to be decided. One that still waits for its
 * guest is shown again instead, so that no click leaves another empty chat behind.
 */
import type { ChatId, InviteView } from '@polynya/messenger/api';
import { createEffect, createSignal, type JSX, onMount, Show } from 'solid-js';
import { LinkForm } from '../first/link-form.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { InviteCard } from './invite-card.tsx';
import { openInvite, takeBack, waitingChat } from './waiting-chat.ts';

export interface NewChatProps {
  onClose(): void;
  /** A link that somebody else sent was pasted instead. */
  onLink(link: string): void;
}

interface Made {
  readonly chat: ChatId;
  readonly invite: InviteView;
  /** It was made before, and may have been sent to somebody. */
  readonly reused: boolean;
}

export function NewChat(props: NewChatProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav, chats } = useApp();
  const [made, setMade] = createSignal<Made>();
  const [withdrawing, setWithdrawing] = createSignal(false);

  const make = async (into: ChatId | null) => {
    setMade(undefined);
    const invite = await attempt(messenger.invite(into));
    if (invite) setMade({ chat: invite.chat, invite, reused: false });
    else props.onClose();
  };
  onMount(async () => {
    const chat = waitingChat(chats())?.chat ?? null;
    const invite = chat && (await openInvite(messenger, chat, Date.now()));
    if (chat && invite) setMade({ chat, invite, reused: true });
    else await make(chat);
  });
  const open = (chat: ChatId) => {
    props.onClose();
    nav.open(chat);
  };
  // Whoever scanned the code is there: so is the chat.
  createEffect(() => {
    const chat = made()?.chat;
    const guest = chats().find((each) => each.chat === chat)?.peer;
    if (chat !== undefined && guest && !withdrawing()) open(chat);
  });
  const withdraw = async ({ chat, invite }: Made) => {
    setWithdrawing(true);
    if (nav.chat() === chat) nav.leave();
    const outcome = await attempt(takeBack(messenger, chat, invite.id));
    setWithdrawing(false);
    if (outcome === 'gone') props.onClose();
  };

  return (
    <Dialog title={t().newChat} onClose={props.onClose}>
      <Show when={made()} keyed fallback={<p role="status">{t().preparingInvite}</p>}>
        {(known) => (
          <>
            <InviteCard
              invite={known.invite}
              text={known.reused ? t().inviteReusedText : t().inviteDirectText}
            />
            <Show when={known.reused}>
              <Button look="plain wide" disabled={withdrawing()} onClick={() => make(null)}>
                {t().inviteAnother}
              </Button>
            </Show>
            <div class="dialog-actions">
              <Button look="danger" disabled={withdrawing()} onClick={() => withdraw(known)}>
                {withdrawing() ? t().withdrawing : t().withdraw}
              </Button>
              <Button disabled={withdrawing()} onClick={() => open(known.chat)}>
                {t().done}
              </Button>
            </div>
          </>
        )}
      </Show>
      <details>
        <summary>{t().haveLink}</summary>
        <LinkForm
          onLink={(link) => {
            props.onClose();
            props.onLink(link);
          }}
        />
      </details>
    </Dialog>
  );
}
