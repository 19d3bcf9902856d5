/** The pictures and videos of a chat that are on this device, one at a time, as large as the screen. */
import type { MessageId } from '@polynya/messenger/api';
import { createEffect, createResource, createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { rightward } from '../../hand/rtl.ts';
import { useApp } from '../../state/app.ts';
import { IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import './picture.css';
import { inAlbums } from '../rows.ts';
import { PictureStage } from './picture-stage.tsx';
import { saveBlob } from './save-blob.ts';

export interface PictureProps {
  /** Which one is shown first. */
  message: MessageId;
  onClose(): void;
}

export function Picture(props: PictureProps): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail, messages } = useChat();
  const [shown, setShown] = createSignal(props.message);
  const pictures = () =>
    inAlbums(messages())
      .flat()
      .filter(
        ({ file, deleted }) => !deleted && file?.thumb && !file.round && file.state === 'here',
      );
  const at = () => pictures().findIndex(({ id }) => id === shown());
  const current = () => pictures()[at()];
  const name = () => current()?.file?.name ?? '';

  const [blob] = createResource(shown, (id) => attempt(messenger.fileBlob(detail().chat, id)));
  const [url, setUrl] = createSignal<string>();
  createEffect(() => {
    const loaded = blob();
    if (!loaded) return;
    const made = URL.createObjectURL(loaded);
    setUrl(made);
    onCleanup(() => URL.revokeObjectURL(made));
  });
  const step = (by: number) => {
    const next = pictures()[at() + by];
    if (next) setShown(next.id);
  };
  const toTheRight = (by: number) => step(by * rightward());
  const keys = (event: KeyboardEvent) => {
    // A video's own keys are its own.
    if (event.target instanceof HTMLVideoElement) return;
    if (event.key === 'ArrowLeft') toTheRight(-1);
    else if (event.key === 'ArrowRight') toTheRight(1);
  };
  document.addEventListener('keydown', keys);
  onCleanup(() => document.removeEventListener('keydown', keys));

  return (
    <Dialog title={name()} look="viewer" onClose={props.onClose}>
      <Show
        when={!blob.loading && url()}
        fallback={
          <p class="viewer-stage" role="status">
            {t().loading}
          </p>
        }
      >
        {(src) => (
          <Show
            when={!current()?.file?.type.startsWith('video/')}
            fallback={
              <div class="viewer-stage">
                {/* biome-ignore lint/a11y/useMediaCaption: nobody has written any. */}
                <video class="file-picture" src={src()} controls autoplay playsinline />
              </div>
            }
          >
            <PictureStage src={src()} alt={t().picture(name())} onSwipe={toTheRight} />
          </Show>
        )}
      </Show>
      <div class="viewer-foot">
        <IconButton
          icon="back"
          label={t().previousPicture}
          disabled={at() <= 0}
          onClick={() => step(-1)}
        />
        <Show when={current()}>
          {(message) => (
            <p class="viewer-about">
              <strong>{message().mine ? t().you : message().name}</strong>{' '}
              <span>{format().full(message().at)}</span>
              <Show when={message().text}>
                <span class="viewer-caption">{message().text}</span>
              </Show>
            </p>
          )}
        </Show>
        <IconButton
          icon="download"
          label={t().fileSave}
          onClick={() => {
            const loaded = blob();
            if (loaded) saveBlob(loaded, name());
          }}
        />
        <IconButton
          icon="next"
          label={t().nextPicture}
          disabled={at() + 1 >= pictures().length}
          onClick={() => step(1)}
        />
      </div>
    </Dialog>
  );
}
