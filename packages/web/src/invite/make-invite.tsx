/** A button that makes an invite to a chat, and then the invite. */
import type { ChatId, InviteView } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { InviteCard } from '../adding-later.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function MakeInvite(props: { chat: ChatId }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [invite, setInvite] = createSignal<InviteView>();
  const [making, setMaking] = createSignal(false);
  const make = async () => {
    setMaking(true);
    setInvite(await attempt(messenger.invite(props.chat)));
    setMaking(false);
  };
  return (
    <Show
      when={invite()}
      fallback={
        <Button look="wide" disabled={making()} onClick={make}>
          {making() ? t().preparingInvite : t().inviteByLink}
        </Button>
      }
    >
      {(made) => <InviteCard invite={made()} text={t().inviteGroupText} />}
    </Show>
  );
}
