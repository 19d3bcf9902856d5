/**
 * A video note: a circle that plays where it stands, with a ring of how far it is. Empty at first where whoever sent it
 * could not draw a picture of it, on a machine that did much else.
 */
import type { FileView, MessageView } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import { clock } from './clock.ts';
import { useTransfer } from './file-transfer.ts';
import { Progress } from './progress.tsx';
import { TileButton } from './tile-button.tsx';
import { playerOf } from './voice-player.ts';
import './voice.css';

export function Round(props: { message: MessageView; file: FileView }): JSX.Element {
  const { t } = useExtraWords();
  const chat = useChat();
  const player = playerOf(chat, useApp());
  const transfer = useTransfer(() => props.message);
  const { here, words, underWay } = transfer;
  const shown = () => player.current() === props.message.id;
  const playing = () => shown() && player.playing();
  const at = () => (shown() ? player.at() * 1000 : 0);

  return (
    <div class="round" style={{ '--done': Math.min(1, at() / props.file.duration || 0) }}>
      <TileButton
        message={props.message}
        file={props.file}
        transfer={transfer}
        opens={playing() ? t().pauseSound : t().videoOpen}
        plays={!playing()}
        screen={shown() && player.screen}
        onOpen={() => player.play(props.message)}
      />
      <small class="tile-note">
        {here() ? clock(at() || props.file.duration) : words()}
        <Show when={here() && !props.message.mine && !props.file.heard}>
          <span class="voice-new" role="img" aria-label={t().unheard} />
        </Show>
      </small>
      <Show when={underWay()}>
        <Progress file={props.file} />
      </Show>
    </div>
  );
}
