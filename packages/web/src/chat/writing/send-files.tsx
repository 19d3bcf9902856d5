/**
 * Files about to be sent, with a caption for the first of them. Pictures are made smaller and videos cleaned, unless
 * they go as files; several of them go as an album.
 */
import type { MessageId } from '@polynya/messenger/api';
import { createSignal, For, type JSX, onCleanup, Show } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Tick } from '../../ui/tick.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import './send-files.css';
import { readyToShow } from '../media/ready-to-show.ts';
import { canShrink } from '../media/shrink-picture.ts';

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

/** As many as an album has. */
const MOST = 10;

/** Which album each of these goes into, and its place there. */
function albums(files: readonly File[]): Map<File, { id: string; place: number }> {
  const places = new Map<File, { id: string; place: number }>();
  let id = '';
  for (const [at, file] of files.entries()) {
    const place = at % MOST;
    if (place === 0) {
      const random = crypto.getRandomValues(new Uint8Array(8));
      id = random.reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), '');
    }
    if (files.length > 1) places.set(file, { id, place });
  }
  return places;
}

export function SendFiles(props: SendFilesProps): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt, say } = useApp();
  const { detail } = useChat();
  const [files, setFiles] = createSignal(props.files);
  const [caption, setCaption] = createSignal('');
  const [asFiles, setAsFiles] = createSignal(false);
  const [silent, setSilent] = createSignal(false);
  const shows = (file: File) => canShrink(file) || file.type.startsWith('video/');
  const pictures = () => files().filter(shows);
  // What a browser knows no kind of may be a video.
  const mayTell = () => files().some((file) => shows(file) || file.type === '');
  const urls = new Map(props.files.filter(shows).map((file) => [file, URL.createObjectURL(file)]));
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
    props.onClose(true);
    const places = asFiles() ? null : albums(chosen.filter(shows));
    let first = { ...(text && { caption: text }), ...(reply && { reply }) };
    for (const file of chosen) {
      const ready = await readyToShow(file, places === null);
      if (!ready) {
        // Not as it is without a word: it may say where it was taken.
        say(t().cannotClean(file.name));
        continue;
      }
      const about = {
        ...ready.about,
        ...first,
        silent: silent(),
        name: shortName(ready.file.name || t().pastedName),
        // What nobody can draw stands by itself.
        album: (ready.about?.thumb && places?.get(file)) || null,
      };
      first = {};
      await attempt(messenger.sendFile(chat, ready.file, about));
    }
  };

  return (
    <Dialog title={t().sendFiles(files().length)} onClose={() => props.onClose(false)}>
      <form
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
                  {(url) =>
                    canShrink(file) ? (
                      <img class="send-file-picture" src={url()} alt="" />
                    ) : (
                      <video class="send-file-picture" src={url()} muted playsinline />
                    )
                  }
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
        <Show when={mayTell()}>
          <Tick on={asFiles()} onTick={setAsFiles}>
            {t().sendWhole}
            <small>{asFiles() ? t().sendWholeNote : t().sendSmallNote}</small>
          </Tick>
        </Show>
        <Tick on={silent()} onTick={setSilent}>
          {t().laterSilent}
        </Tick>
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
