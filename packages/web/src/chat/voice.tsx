/** Sound that is on this device: to be played, at the speed that suits. */
import type { MessageView } from '@polynya/messenger/api';
import { createSignal, type JSX, onCleanup } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { clock } from './clock.ts';
import './voice.css';

const SPEEDS = [1, 1.5, 2];

export function Voice(props: { message: MessageView; duration: number }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const [playing, setPlaying] = createSignal(false);
  /** Seconds. */
  const [at, setAt] = createSignal(0);
  const [speed, setSpeed] = createSignal(1);
  const sound = new Audio();
  const whole = () => props.duration / 1000;
  let url: string | undefined;
  sound.ontimeupdate = () => setAt(sound.currentTime);
  sound.onplay = () => setPlaying(true);
  sound.onpause = () => setPlaying(false);
  sound.onended = () => setAt(0);
  onCleanup(() => {
    sound.pause();
    if (url !== undefined) URL.revokeObjectURL(url);
  });

  const play = async () => {
    if (url === undefined) {
      const blob = await attempt(messenger.fileBlob(detail().chat, props.message.id));
      if (!blob) return;
      url = URL.createObjectURL(blob);
      sound.src = url;
    }
    sound.playbackRate = speed();
    if (playing()) sound.pause();
    else await attempt(sound.play());
  };
  const faster = () => {
    setSpeed((now) => SPEEDS[(SPEEDS.indexOf(now) + 1) % SPEEDS.length] ?? 1);
    sound.playbackRate = speed();
  };

  return (
    <div class="voice">
      <IconButton
        icon={playing() ? 'pause' : 'play'}
        label={playing() ? t().pauseSound : t().playSound}
        look="primary"
        onClick={play}
      />
      <input
        type="range"
        aria-label={t().soundPosition}
        min={0}
        max={Math.max(whole(), at())}
        step={0.1}
        value={at()}
        onInput={(event) => {
          sound.currentTime = event.currentTarget.valueAsNumber;
        }}
      />
      <span class="voice-time">{clock((playing() || at() > 0 ? at() : whole()) * 1000)}</span>
      <Button look="plain small" aria-label={t().soundSpeed(speed())} onClick={faster}>
        {speed()}×
      </Button>
    </div>
  );
}
