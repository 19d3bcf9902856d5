/** The file of a message: what it is, how much of it is here, and what can be done about that. */
import type { FileView, MessageView } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import type { ExtraWords } from '../words/en-extras.ts';
import type { Formats } from '../words/format.ts';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import './file-part.css';
import { Picture } from './picture.tsx';
import { saveBlob } from './save-blob.ts';
import { Voice } from './voice.tsx';

function stateOf(t: () => ExtraWords, format: Formats, file: FileView): string {
  const size = format.size(file.size);
  const progress = t().fileProgress(format.size(file.done), size);
  switch (file.state) {
    case 'waiting':
      return `${size} · ${t().fileWaiting}`;
    case 'moving':
      return progress;
    case 'paused':
      return `${progress} · ${t().filePaused}`;
    case 'failed':
      return `${progress} · ${t().fileFailed}`;
    case 'remote':
    case 'here':
      return size;
  }
}

export function FilePart(props: { message: MessageView; file: FileView }): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail, thumbs } = useChat();
  const [viewing, setViewing] = createSignal(false);
  const chat = () => detail().chat;
  const id = () => props.message.id;
  const here = () => props.file.state === 'here';
  /** A voice note: other sound is a file among files. */
  const sounds = () => here() && props.file.duration > 0 && props.file.type.startsWith('audio/');
  const underWay = () => ['waiting', 'moving', 'paused', 'failed'].includes(props.file.state);
  // A message that failed as a whole has its own buttons.
  const resumable = () =>
    (props.file.state === 'paused' || props.file.state === 'failed') &&
    props.message.state !== 'failed';

  const get = () => attempt(messenger.fetchFile(chat(), id()));
  const resume = () =>
    props.message.mine && props.message.seq === null
      ? attempt(messenger.retry(chat(), id()))
      : get();
  const save = async () => {
    const blob = await attempt(messenger.fileBlob(chat(), id()));
    if (blob) saveBlob(blob, props.file.name);
  };
  const ratio = () =>
    props.file.width > 0 && props.file.height > 0
      ? `${props.file.width} / ${props.file.height}`
      : '4 / 3';

  return (
    <div class="file">
      <Show when={props.file.thumb}>
        {(thumb) => (
          <button
            type="button"
            class="file-thumb"
            style={{ 'aspect-ratio': ratio() }}
            aria-label={here() ? t().fileOpen : t().fileGet}
            onClick={() => (here() ? setViewing(true) : resumable() ? resume() : get())}
          >
            <img src={thumbs.urlOf(id(), thumb())} alt={t().picture(props.file.name)} />
          </button>
        )}
      </Show>
      <Show when={sounds()}>
        <Voice message={props.message} duration={props.file.duration} />
      </Show>
      {/* A picture that is here says all by itself, and is saved where it is looked at. */}
      <div class="file-line" hidden={here() && (props.file.thumb !== null || sounds())}>
        <Show when={!props.file.thumb}>
          <Icon name="file" />
        </Show>
        <span class="file-name">
          {props.file.name}
          <small>{stateOf(t, format(), props.file)}</small>
        </span>
        <Show when={props.file.state === 'remote'}>
          <IconButton icon="download" label={t().fileGet} onClick={get} />
        </Show>
        <Show when={props.file.state === 'moving' || props.file.state === 'waiting'}>
          <IconButton
            icon="pause"
            label={t().filePause}
            onClick={() => attempt(messenger.pauseFile(chat(), id()))}
          />
        </Show>
        <Show when={resumable()}>
          <IconButton icon="play" label={t().fileResume} onClick={resume} />
        </Show>
        <Show when={here()}>
          <IconButton icon="download" label={t().fileSave} onClick={save} />
        </Show>
      </div>
      <Show when={underWay()}>
        <progress
          class="file-progress"
          aria-label={t().progress}
          max={props.file.size}
          value={props.file.done}
        />
      </Show>
      <Show when={props.file.state === 'failed' && resumable() && props.message.problem}>
        {(code) => <p class="bubble-problem">{t().problem[code()]}</p>}
      </Show>
      <Show when={viewing()}>
        <Picture message={id()} onClose={() => setViewing(false)} />
      </Show>
    </div>
  );
}
