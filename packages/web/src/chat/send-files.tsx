/** Files about to be sent, with a caption for the first of them. Pictures are made smaller, unless they go as files. */
import type { MessageId } from '@polynya/messenger/api';
import { createSignal, For, type JSX, onCleanup, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import './send-files.css';
import { canShrink, shrunk } from './shrink-picture.ts';
import { thumbnailOf } from './thumbnail.ts';

export interface SendFilesProps {
  files: readonly File[];
  reply: MessageId | null;
  onClose(sent: boolean): void;
}

/** In bytes of UTF-8: what the protocol takes for a name. */
const NAME_BYTES = 255;

function shortName(name: string): string {
  const encoder = new TextEncoder();
  let short = name;
  while (encoder.encode(short).length > NAME_BYTES) short = short.slice(1);
  return short;
}

export function SendFiles(props: SendFilesProps): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt, say } = useApp();
  const { detail } = useChat();
  const [files, setFiles] = createSignal(props.files);
  const [caption, setCaption] = createSignal('');
  const [asFiles, setAsFiles] = createSignal(false);
  const pictures = () => files().filter(canShrink);
  const urls = new Map(
    props.files.filter(canShrink).map((file) => [file, URL.createObjectURL(file)]),
  );
  onCleanup(() => {
    for (const url of urls.values()) URL.revokeObjectURL(url);
  });

  const leaveOut = (file: File) => {
    setFiles((all) => all.filter((other) => other !== file));
    if (files().length === 0) props.onClose(false);
  };
  const send = async () => {
    const { chat } = detail();
    const { reply } = props;
    const text = caption().trim();
    const chosen = files();
    const whole = asFiles();
    props.onClose(true);
    for (const [i, file] of chosen.entries()) {
      const sent = whole || !canShrink(file) ? file : await shrunk(file);
      if (!sent) {
        // Not as it is without a word: it may say where it was taken.
        say(t().cannotShrink(file.name));
        continue;
      }
      const about = { name: shortName(sent.name || t().pastedName), ...(await thumbnailOf(sent)) };
      const first = {
        ...(text === '' ? {} : { caption: text }),
        ...(reply === null ? {} : { reply }),
      };
      await attempt(messenger.sendFile(chat, sent, i === 0 ? { ...about, ...first } : about));
    }
  };

  return (
    <Dialog title={t().sendFiles(files().length)} onClose={() => props.onClose(false)}>
      <form
        class="send-files"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <ul classList={{ alone: files().length === 1 && pictures().length === 1 }}>
          <For each={files()}>
            {(file) => (
              <li class="send-file">
                <Show when={urls.get(file)} fallback={<Icon name="file" />}>
                  {(url) => <img class="send-file-picture" src={url()} alt="" />}
                </Show>
                <span class="send-file-name">
                  {file.name || t().pastedName}
                  <small>{format().size(file.size)}</small>
                </span>
                <IconButton
                  icon="close"
                  label={t().removeFile(file.name)}
                  onClick={() => leaveOut(file)}
                />
              </li>
            )}
          </For>
        </ul>
        <Show when={pictures().length > 0}>
          <label class="send-whole">
            <input
              type="checkbox"
              checked={asFiles()}
              onChange={(event) => setAsFiles(event.currentTarget.checked)}
            />
            <span>
              {t().sendWhole}
              <small>{asFiles() ? t().sendWholeNote : t().sendSmallNote}</small>
            </span>
          </label>
        </Show>
        <Field label={t().caption} maxlength={4000} autofocus onText={setCaption} />
        <div class="dialog-actions">
          <Button onClick={() => props.onClose(false)}>{t().cancel}</Button>
          <Button look="primary" type="submit">
            {t().send}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
