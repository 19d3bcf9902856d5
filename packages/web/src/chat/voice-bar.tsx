/**
 * Over the composer while a voice note is recorded. A hand that holds the button sends by letting go, goes on without
 * holding by sliding up, and takes it back by sliding away; a tap or a key just begins, and buttons end it.
 */
import type { MessageId } from '@polynya/messenger/api';
import { createEffect, createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { clock } from './clock.ts';
import './voice.css';
import { Wave } from './wave.tsx';
import { packWave } from './waveform.ts';

export interface VoiceBarProps {
  reply: MessageId | null;
  /** Of the hand that holds the button; null where none does. */
  held: PointerEvent | null;
  onClose(sent: boolean): void;
}

/** Opus, as far as this browser writes it (RFC 6716); what it is in decides the ending of the file's name. */
const KINDS = [
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/mp4;codecs=opus', 'mp4'],
  ['audio/mp4', 'm4a'],
] as const;
const BITS_A_SECOND = 24_000;
/** ms */
const LONGEST = 15 * 60_000;
const MEASURED = 50;
/** ms: who lets go earlier has tapped. */
const TAP = 400;
/** Pixels that a hand slides to take it back, or to let go. */
const AWAY = 110;
const UP = 60;
/** Of the last moments, shown while one speaks. */
const SHOWN = 48;

export function VoiceBar(props: VoiceBarProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, say } = useApp();
  const { detail } = useChat();
  const { chat } = detail();
  const [long, setLong] = createSignal(0);
  const [holds, setHolds] = createSignal(props.held !== null);
  const [slid, setSlid] = createSignal(0);
  const kind = KINDS.find(([type]) => MediaRecorder.isTypeSupported(type));
  const pieces: Blob[] = [];
  const levels: number[] = [];
  let measure = () => 0;
  let stream: MediaStream | undefined;
  let recorder: MediaRecorder | undefined;
  let sound: AudioContext | undefined;
  let began = 0;
  let over = false;
  let bar!: HTMLDivElement;

  const timer = setInterval(() => {
    if (began === 0) return;
    levels.push(measure());
    setLong(performance.now() - began);
    if (long() > LONGEST) finish(true);
  }, MEASURED);
  const hush = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    void sound?.close();
  };
  const listen = () => {
    sound = new AudioContext();
    const ear = new AnalyserNode(sound, { fftSize: 2048 });
    sound.createMediaStreamSource(stream as MediaStream).connect(ear);
    const heard = new Float32Array(ear.fftSize);
    measure = () => {
      ear.getFloatTimeDomainData(heard);
      return Math.max(...heard);
    };
  };
  // Whoever let go before this was there has tapped.
  createEffect(() => props.held === null && setHolds(false));
  const slides = (event: PointerEvent) => {
    const { held } = props;
    if (!holds() || event.pointerId !== held?.pointerId) return;
    const ahead = getComputedStyle(bar).direction === 'rtl' ? 1 : -1;
    setSlid(Math.max(0, (event.clientX - held.clientX) * ahead));
    if (slid() > AWAY) finish(false);
    else if (held.clientY - event.clientY > UP) setHolds(false);
  };
  const lifts = (event: PointerEvent) => {
    if (!holds() || event.pointerId !== props.held?.pointerId) return;
    setHolds(false);
    if (event.type === 'pointerup' && long() > TAP) finish(true);
  };
  document.addEventListener('pointermove', slides);
  document.addEventListener('pointerup', lifts);
  document.addEventListener('pointercancel', lifts);
  onCleanup(() => {
    over = true;
    clearInterval(timer);
    document.removeEventListener('pointermove', slides);
    document.removeEventListener('pointerup', lifts);
    document.removeEventListener('pointercancel', lifts);
    if (recorder?.state === 'recording') recorder.stop();
    hush();
  });
  onMount(async () => {
    if (!props.held) bar.querySelector('button')?.focus();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      // Refused, or there is none.
      if (!(error instanceof DOMException)) throw error;
      say(t().noCamera);
      return props.onClose(false);
    }
    if (over || !kind) {
      hush();
      return props.onClose(false);
    }
    const [mimeType] = kind;
    recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_A_SECOND });
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    listen();
    recorder.start();
    began = performance.now();
  });

  const finish = (wanted: boolean) => {
    const duration = Math.round(long());
    const { reply } = props;
    if (!wanted || !recorder || !kind || duration === 0) return props.onClose(false);
    recorder.onstop = () => {
      const [mimeType, ending] = kind;
      const type = mimeType.split(';')[0] ?? '';
      const about = { name: `${t().voiceNote}.${ending}`, duration, wave: packWave(levels) };
      const file = new Blob(pieces, { type });
      void attempt(messenger.sendFile(chat, file, reply === null ? about : { ...about, reply }));
    };
    recorder.stop();
    props.onClose(true);
  };
  const now = () => {
    long();
    const last = levels.slice(-SHOWN);
    return [...new Array<number>(SHOWN - last.length).fill(0), ...last];
  };

  return (
    <div
      ref={bar}
      class="voice-bar"
      role="toolbar"
      aria-label={t().recording}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        finish(false);
      }}
    >
      <IconButton icon="trash" label={t().cancel} onClick={() => finish(false)} />
      <span class="voice-dot" aria-hidden="true" />
      <span class="voice-time" role="timer" aria-label={t().recording}>
        {clock(long())}
      </span>
      <Show when={holds()} fallback={<Wave values={now()} done={1} />}>
        <span class="voice-slide" style={{ translate: `${-slid() / 2}px` }} aria-hidden="true">
          ‹ {t().slideAway}
        </span>
        <span class="voice-lock" aria-hidden="true">
          <Icon name="up" size={18} />
          {t().slideUp}
        </span>
      </Show>
      <IconButton
        icon={holds() ? 'mic' : 'send'}
        label={t().sendVoice}
        look="primary"
        disabled={long() === 0}
        onClick={() => finish(true)}
      />
    </div>
  );
}
