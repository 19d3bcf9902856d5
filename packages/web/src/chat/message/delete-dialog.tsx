/** For whom messages are to be deleted. */
import type { MessageView } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';

export interface DeleteDialogProps {
  messages: readonly MessageView[];
  onDone?(): void;
  onClose(): void;
}

export function DeleteDialog(props: DeleteDialogProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const { chat, state, saved } = detail();
  const mayForAll = () => state === 'active' && props.messages.every(({ mine }) => mine);
  const all = async (one: (message: MessageView) => Promise<void>) => {
    const { messages } = props;
    props.onClose();
    props.onDone?.();
    await attempt(Promise.all(messages.map(one)));
  };
  return (
    <Dialog title={t().deleteAsk(props.messages.length)} onClose={props.onClose}>
      <p>{mayForAll() ? t().deleteText : t().deleteHereText}</p>
      <div class="dialog-actions">
        <Button onClick={() => props.onClose()}>{t().cancel}</Button>
        <Button look="danger" onClick={() => all(({ id }) => messenger.hide(chat, id))}>
          {t().deleteHere}
        </Button>
        <Show when={mayForAll() && !saved}>
          <Button look="danger" onClick={() => all(({ id }) => messenger.delete(chat, id))}>
            {t().deleteForAll}
          </Button>
        </Show>
      </div>
    </Dialog>
  );
}
