/** A voice note that is on this device: its waveform, played from where one points, at the speed that suits. */
import type { MessageView } from '@polynya/messenger/api';
import { createMemo, type JSX, Show } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import { clock } from './clock.ts';
import './voice.css';
import { unpackWave } from '../media/waveform.ts';
import { playerOf } from './voice-player.ts';
import { Wave } from './wave.tsx';

export function Voice(props: { message: MessageView; duration: number }): JSX.Element {
  const { t } = useExtraWords();
  const player = playerOf(useChat(), useApp());
  const file = () => props.message.file;
  const wave = createMemo(() => unpackWave(file()?.wave ?? null));
  const mine = () => player.current() === props.message.id;
  const playing = () => mine() && player.playing();
  const at = () => (mine() ? player.at() : 0);
  const whole = () => props.duration / 1000;
  const unheard = () => !props.message.mine && !file()?.heard;

  return (
    <div class="voice">
      <IconButton
        icon={playing() ? 'pause' : 'play'}
        label={playing() ? t().pauseSound : t().playSound}
        look="primary"
        onClick={() => player.play(props.message)}
      />
      <div class="voice-body">
        <Wave values={wave()} done={Math.min(1, at() / whole())} />
        <input
          type="range"
          aria-label={t().soundPosition}
          min={0}
          max={Math.max(whole(), at())}
          step={0.1}
          value={at()}
          onInput={(event) => player.play(props.message, event.currentTarget.valueAsNumber)}
        />
        <span class="voice-time">
          {clock((playing() || at() > 0 ? at() : whole()) * 1000)}
          <Show when={unheard()}>
            <span class="voice-new" role="img" aria-label={t().unheard} />
          </Show>
        </span>
      </div>
      <Button
        look="plain small"
        aria-label={t().soundSpeed(player.speed())}
        onClick={player.faster}
      >
        {player.speed()}×
      </Button>
    </div>
  );
}
