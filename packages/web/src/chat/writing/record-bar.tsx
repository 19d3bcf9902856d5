/**
 * Over the composer while a voice or video note is recorded. A hand that holds the button sends by letting go, goes on
 * without holding by sliding up, and takes it back by sliding away; else buttons end it. What ends otherwise, because
 * the microphone or the page went or another chat was opened, is kept until the person says what becomes of it.
 */
import type { MessageId } from '@polynya/messenger/api';
import { createEffect, createSignal, type JSX, onCleanup, onMount, Show, untrack } from 'solid-js';
import { rightward } from '../../hand/rtl.ts';
import { useApp } from '../../state/app.ts';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import { cleanVideo } from '../media/clean-video.ts';
import { thumbnailOf } from '../media/thumbnail.ts';
import { clock } from '../message/clock.ts';
import { saveBlob } from '../message/save-blob.ts';
import { type Recorder, record, SIDE } from './recorder.ts';
import '../message/voice.css';
import { MEASURED, measured, packWave } from '../media/waveform.ts';
import { Wave } from '../message/wave.tsx';

/** A voice note by a hand that holds the button, or by none; or a video note. */
export type How = PointerEvent | 'voice' | 'round';

export interface RecordBarProps {
  /** None: it is asked what is to become of what was recorded. */
  how: How | undefined;
  reply: MessageId | undefined;
  maySend: boolean;
  onClose(sent: boolean): void;
}

/** ms */
const LONGEST = { voice: 15 * 60_000, round: 60_000 };
/** ms: who lets go earlier has tapped. */
const TAP = 400;
/** Pixels that a hand slides to take it back, or to let go. */
const AWAY = 110;
const UP = 60;
/** Of the last moments, shown while one speaks. */
const SHOWN = 48;

export function RecordBar(props: RecordBarProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, say } = useApp();
  const { detail } = useChat();
  const { chat, title } = untrack(detail);
  const [round, before] = untrack(() => [props.how === 'round', !props.how]);
  const longest = round ? LONGEST.round : LONGEST.voice;
  const held = () => (props.how instanceof PointerEvent ? props.how : undefined);
  const [long, setLong] = createSignal(0);
  const [holds, setHolds] = createSignal(!!held());
  const [slid, setSlid] = createSignal(0);
  /** Nothing is recorded any more. */
  const [kept, setKept] = createSignal(before);
  /** What the person said is to become of it. */
  const [wanted, setWanted] = createSignal<boolean>();
  const levels: number[] = [];
  let recorder: Recorder | undefined;
  let began = 0;
  let over = false;
  /** Kept by now. */
  let pieces = 0;
  let stored: Promise<unknown> = Promise.resolve();
  let bar!: HTMLDivElement;
  let circle: HTMLCanvasElement | undefined;

  const timer = setInterval(() => {
    if (!recorder || kept()) return;
    levels.push(recorder.level());
    setLong(performance.now() - began);
    if (long() > longest) recorder.stop();
  }, MEASURED);
  // Whoever let go before this was there has tapped.
  createEffect(() => held() || setHolds(false));
  // For Escape, also where a hand began: what it pressed lies under this.
  createEffect(() => before || holds() || bar.querySelector('button')?.focus());
  const slides = (event: PointerEvent) => {
    const hand = held();
    if (!holds() || event.pointerId !== hand?.pointerId) return;
    setSlid(Math.max(0, (hand.clientX - event.clientX) * rightward()));
    if (slid() > AWAY) void finish(false);
    else if (hand.clientY - event.clientY > UP) setHolds(false);
  };
  const lifts = (event: PointerEvent) => {
    if (!holds() || event.pointerId !== held()?.pointerId) return;
    setHolds(false);
    if (event.type === 'pointerup' && long() > TAP) void finish(true);
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
    recorder?.stop();
  });
  onMount(async () => {
    if (before) return;
    try {
      recorder = await record(circle, keep, ended);
    } catch (error) {
      // Refused, or there is none.
      if (!(error instanceof DOMException)) throw error;
      say(t().noCamera);
      return props.onClose(false);
    }
    began = performance.now();
    if (!over) return;
    setWanted(false);
    recorder.stop();
  });

  const keep = (piece: Blob) => {
    // Nothing is seen yet: a note of that could be neither shown nor played.
    if (piece.size === 0) return;
    const store = () => messenger.keepRecording(chat, pieces, piece).then(() => true);
    // What cannot be kept need not be said.
    stored = stored
      .then(() => attempt(store()))
      .then((done) => (done ? pieces++ : recorder?.stop()));
  };
  const ended = async () => {
    await stored;
    setKept(true);
    const sends = wanted();
    if (sends !== undefined) await finish(sends);
    else if (pieces === 0) nothing();
    else if (over) say(t().recordingKept(title));
  };
  /** Who ends it at once may have said nothing yet: there is nothing to send, and nothing that waits. */
  const nothing = () => {
    say(t().nothingRecorded);
    if (!over) props.onClose(false);
  };
  const finish = async (sends: boolean) => {
    // What the hand does from here on says nothing more: who slid it away also lifts it.
    setHolds(false);
    setWanted(sends);
    if (!kept()) return recorder ? recorder.stop() : props.onClose(false);
    const { reply } = props;
    const done: Promise<object | boolean> = sends
      ? deliver(reply)
      : messenger.dropRecording(chat).then(() => true);
    if (!(await attempt(done))) return setWanted();
    if (!over) props.onClose(sends);
  };
  const isVideo = ({ type }: Blob) => type.startsWith('video/');
  const nameOf = (file: Blob) =>
    `${isVideo(file) ? t().videoNote : t().voiceNote}.${file.type.split('/')[1]}`;
  const save = async () => {
    const file = await attempt(messenger.recording(chat));
    if (file) saveBlob(file, nameOf(file));
  };
  const deliver = async (reply: MessageId | undefined) => {
    const file = await messenger.recording(chat);
    if (!file) {
      nothing();
      return false;
    }
    const { type } = file;
    const video = isVideo(file);
    const name = nameOf(file);
    const clean = (await cleanVideo(new File([file], name, { type }))) ?? file;
    const about = video
      ? { duration: Math.round(long()), ...(await thumbnailOf(clean)) }
      : levels.length > 0
        ? { duration: Math.round(long()), wave: packWave(levels) }
        : await measured(file);
    return messenger.sendFile(chat, clean, {
      ...about,
      name,
      round: video,
      recorded: true,
      ...(reply && { reply }),
    });
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
        if (event.key !== 'Escape' || kept()) return;
        event.preventDefault();
        void finish(false);
      }}
    >
      <Show when={round && !kept()}>
        <div class="round" style={{ '--done': long() / longest }}>
          <canvas ref={circle} width={SIDE} height={SIDE} role="img" aria-label={t().videoNote} />
        </div>
      </Show>
      <IconButton
        icon="trash"
        label={t().dropRecording}
        disabled={wanted() !== undefined}
        onClick={() => finish(false)}
      />
      <Show
        when={!kept()}
        fallback={
          <span class="voice-slide" role="status">
            {t().notSentYet}
          </span>
        }
      >
        <span class="voice-dot" aria-hidden="true" />
        <span class="voice-time" role="timer" aria-label={t().recording}>
          {clock(long())}
        </span>
        <Show
          when={holds()}
          fallback={round ? <span class="voice-slide" /> : <Wave values={now()} done={1} />}
        >
          <span
            class="voice-slide"
            style={{ translate: `${(-slid() / 2) * rightward()}px` }}
            aria-hidden="true"
          >
            ‹ {t().slideAway}
          </span>
          <span class="voice-lock" aria-hidden="true">
            <Icon name="up" size={18} />
            {t().slideUp}
          </span>
        </Show>
      </Show>
      <Show when={kept()}>
        {/* For what cannot be sent: it does not play, or nobody may write here any more. */}
        <IconButton icon="download" label={t().fileSave} onClick={save} />
      </Show>
      <Show when={props.maySend}>
        <IconButton
          icon={holds() ? 'mic' : 'send'}
          label={t().sendRecording}
          look="primary"
          disabled={wanted() !== undefined || (long() === 0 && !kept())}
          onClick={() => finish(true)}
        />
      </Show>
    </div>
  );
}
