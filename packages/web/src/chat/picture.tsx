/** A picture as large as the screen allows. */
import type { MessageId } from '@polynya/messenger/api';
import { createResource, type JSX, onCleanup, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';

export interface PictureProps {
  message: MessageId;
  name: string;
  onSave(): void;
  onClose(): void;
}

export function Picture(props: PictureProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const [url] = createResource(async () => {
    const blob = await attempt(messenger.fileBlob(detail().chat, props.message));
    return blob && URL.createObjectURL(blob);
  });
  onCleanup(() => {
    const made = url();
    if (made) URL.revokeObjectURL(made);
  });
  return (
    <Dialog title={props.name} look="picture" onClose={props.onClose}>
      <Show when={url()} fallback={<p role="status">{t().loading}</p>}>
        {(src) => <img class="file-picture" src={src()} alt={t().picture(props.name)} />}
      </Show>
      <div class="dialog-actions">
        <Button onClick={() => props.onSave()}>{t().fileSave}</Button>
      </div>
    </Dialog>
  );
}
