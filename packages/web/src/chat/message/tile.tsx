/** A picture or video of a message, alone or in its album: what is seen of it, and how far it has come. */
import type { FileView, MessageView } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { useExtraWords } from '../../words/use-words.ts';
import { clock } from './clock.ts';
import { useTransfer } from './file-transfer.ts';
import { Progress } from './progress.tsx';
import { TileButton } from './tile-button.tsx';

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
  const transfer = useTransfer(() => props.message);
  const { here, words, underWay } = transfer;
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
      <TileButton
        message={props.message}
        file={file()}
        transfer={transfer}
        opens={video() ? t().videoOpen : t().fileOpen}
        plays={video()}
        screen={false}
        onOpen={() => props.onOpen()}
      />
      <Show when={note()}>{(said) => <small class="tile-note">{said()}</small>}</Show>
      <Show when={underWay()}>
        <Progress file={file()} />
      </Show>
    </div>
  );
}
