/** A video note: a circle that plays where it stands, with a ring of how far it is. */
import type { FileView, MessageView } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { clock } from './clock.ts';
import { useTransfer } from './file-transfer.ts';
import { Progress } from './progress.tsx';
import { playerOf } from './voice-player.ts';
import './voice.css';

export function Round(props: { message: MessageView; file: FileView }): JSX.Element {
  const { t } = useExtraWords();
  const chat = useChat();
  const player = playerOf(chat, useApp());
  const { here, step, words, underWay } = useTransfer(() => props.message);
  const shown = () => player.current() === props.message.id;
  const playing = () => shown() && player.playing();
  const at = () => (shown() ? player.at() * 1000 : 0);
  const does = () => (playing() ? t().pauseSound : t().videoOpen);

  return (
    <div class="round" style={{ '--done': Math.min(1, at() / props.file.duration) }}>
      <button
        type="button"
        class="tile-open"
        aria-label={here() ? does() : (step()?.label ?? words())}
        onClick={() => (here() ? player.play(props.message) : step()?.go())}
      >
        <Show
          when={shown()}
          fallback={
            <img
              src={chat.thumbs.urlOf(props.message.id, props.file.thumb as Uint8Array)}
              alt={t().picture(props.file.name)}
            />
          }
        >
          {player.screen}
        </Show>
        <Show when={!playing() && (here() ? 'play' : step()?.icon)}>
          {(name) => (
            <span class="tile-mark">
              <Icon name={name()} />
            </span>
          )}
        </Show>
      </button>
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
