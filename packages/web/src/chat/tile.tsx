/** A picture or video of a message, alone or in its album: what is seen of it, and how far it has come. */
import type { FileView, MessageView } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { clock } from './clock.ts';
import { useTransfer } from './file-transfer.ts';
import { Progress } from './progress.tsx';

export interface TileProps {
  message: MessageView;
  alone: boolean;
  onOpen(): void;
}

/** Width by height of a tile among others: neither a strip nor a pillar. */
const NARROW = 0.7;
const WIDE = 1.15;

export function Tile(props: TileProps): JSX.Element {
  const { t, format } = useExtraWords();
  const { thumbs } = useChat();
  const { here, step, words, underWay } = useTransfer(() => props.message);
  // What has no small picture has no tile.
  const file = () => props.message.file as FileView;
  const video = () => file().type.startsWith('video/');
  const ratio = () => file().width / file().height || 4 / 3;
  const note = () =>
    here() ? video() && `${clock(file().duration)} · ${format().size(file().size)}` : words();

  return (
    <div
      class="tile"
      style={
        props.alone
          ? { 'aspect-ratio': ratio() }
          : { '--ratio': Math.min(WIDE, Math.max(NARROW, ratio())) }
      }
    >
      <button
        type="button"
        class="tile-open"
        data-message={props.message.id}
        aria-label={here() ? (video() ? t().videoOpen : t().fileOpen) : (step()?.label ?? words())}
        onClick={() => (here() ? props.onOpen() : step()?.go())}
      >
        <img
          src={thumbs.urlOf(props.message.id, file().thumb as Uint8Array)}
          alt={t().picture(file().name)}
        />
        <Show when={here() ? video() && 'play' : step()?.icon}>
          {(name) => (
            <span class="tile-mark">
              <Icon name={name()} />
            </span>
          )}
        </Show>
      </button>
      <Show when={note()}>{(said) => <small class="tile-note">{said()}</small>}</Show>
      <Show when={underWay()}>
        <Progress file={file()} />
      </Show>
    </div>
  );
}
