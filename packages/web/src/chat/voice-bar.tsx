/** Over the composer while a voice note is being recorded: how long it is, and the ways to end it. */
import type { MessageId } from '@polynya/messenger/api';
import { createSignal, type JSX, onCleanup, onMount } from 'solid-js';
import { useApp } from '../state/app.ts';
import { IconButton } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { clock } from './clock.ts';
import './voice.css';

export interface VoiceBarProps {
  reply: MessageId | null;
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

export function VoiceBar(props: VoiceBarProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, say } = useApp();
  const { detail } = useChat();
  const { chat } = detail();
  const [long, setLong] = createSignal(0);
  const kind = KINDS.find(([type]) => MediaRecorder.isTypeSupported(type));
  const pieces: Blob[] = [];
  let stream: MediaStream | undefined;
  let recorder: MediaRecorder | undefined;
  let began = 0;
  let over = false;
  let bar!: HTMLDivElement;

  const timer = setInterval(() => {
    if (began > 0) setLong(performance.now() - began);
    if (long() > LONGEST) finish(true);
  }, 200);
  const hush = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  onCleanup(() => {
    over = true;
    clearInterval(timer);
    if (recorder?.state === 'recording') recorder.stop();
    hush();
  });
  onMount(async () => {
    bar.querySelector('button')?.focus();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      // Refused, or there is none.
      if (!(error instanceof DOMException)) throw error;
      say(t().noMicrophone);
      return props.onClose(false);
    }
    if (over || !kind) {
      hush();
      return props.onClose(false);
    }
    const [mimeType] = kind;
    recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_A_SECOND });
    recorder.ondataavailable = ({ data }) => pieces.push(data);
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
      const about = { name: `${t().voiceNote}.${ending}`, duration };
      const file = new Blob(pieces, { type });
      void attempt(messenger.sendFile(chat, file, reply === null ? about : { ...about, reply }));
    };
    recorder.stop();
    props.onClose(true);
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
      <span class="voice-time" role="timer">
        {t().recording} {clock(long())}
      </span>
      <IconButton
        icon="send"
        label={t().sendVoice}
        look="primary"
        disabled={long() === 0}
        onClick={() => finish(true)}
      />
    </div>
  );
}
