/** A new chat of two: makes the invite at once, since nothing else is to be decided. */
import type { InviteView } from '@polynya/messenger/api';
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { LinkForm } from '../first/link-form.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useWords } from '../words/use-words.ts';
import { InviteCard } from './invite-card.tsx';

export interface NewChatProps {
  onClose(): void;
  /** A link that somebody else sent was pasted instead. */
  onLink(link: string): void;
}

export function NewChat(props: NewChatProps): JSX.Element {
  const { t } = useWords();
  const { messenger, attempt, nav } = useApp();
  const [invite, setInvite] = createSignal<InviteView & { chat: string }>();
  onMount(async () => {
    const made = await attempt(messenger.invite(null));
    if (made) setInvite(made);
    else props.onClose();
  });
  return (
    <Dialog title={t().newChat} onClose={props.onClose}>
      <Show when={invite()} fallback={<p role="status">{t().preparingInvite}</p>}>
        {(made) => (
          <>
            <InviteCard invite={made()} text={t().inviteDirectText} />
            <div class="dialog-actions">
              <Button
                look="plain"
                onClick={() => {
                  props.onClose();
                  nav.open(made().chat);
                }}
              >
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
