/** What sounds in an open chat: one voice or video note at a time, then the next that was not heard yet. */
import type { MessageId, MessageView } from '@polynya/messenger/api';
import { type Accessor, createSignal, onCleanup, runWithOwner } from 'solid-js';
import type { App } from '../../state/app.ts';
import type { OpenChat } from '../chat-context.ts';

const SPEEDS = [1, 1.5, 2];
/** Beyond the end of any note: a browser that was told no length finds it by going there. */
const FAR = 1e7;

export interface VoicePlayer {
  /** What plays, and shows a video note. */
  readonly screen: HTMLVideoElement;
  readonly current: Accessor<MessageId | undefined>;
  readonly playing: Accessor<boolean>;
  /** Seconds. */
  readonly at: Accessor<number>;
  readonly speed: Accessor<number>;
  /** Plays a note, or pauses the one that plays; `from`: seconds, where it is to begin or go on. */
  play(message: MessageView, from?: number): Promise<void>;
  faster(): void;
}

/** A voice note: other sound is a file among files. */
export function isVoice({ file }: MessageView): boolean {
  return !!file && file.duration > 0 && file.type.startsWith('audio/');
}

const isNote = (message: MessageView) => message.file?.round || isVoice(message);

const players = new WeakMap<OpenChat, VoicePlayer>();

/** The one of this chat. It falls silent when the chat is closed. */
export function playerOf(chat: OpenChat, app: App): VoicePlayer {
  const player =
    players.get(chat) ?? (runWithOwner(chat.owner, () => make(chat, app)) as VoicePlayer);
  players.set(chat, player);
  return player;
}

function make({ detail, messages }: OpenChat, { messenger, attempt }: App): VoicePlayer {
  const [current, setCurrent] = createSignal<MessageId>();
  const [playing, setPlaying] = createSignal(false);
  const [at, setAt] = createSignal(0);
  const [speed, setSpeed] = createSignal(1);
  const sound = Object.assign(document.createElement('video'), { playsInline: true });
  const { chat } = detail();
  let url = '';
  const hush = () => {
    sound.pause();
    URL.revokeObjectURL(url);
  };
  onCleanup(hush);
  sound.ontimeupdate = () => setAt(sound.currentTime);
  sound.onplay = () => setPlaying(true);
  sound.onpause = () => setPlaying(false);
  sound.onended = () => {
    setAt(0);
    const all = messages();
    const from = all.findIndex(({ id }) => id === current());
    const next = all
      .slice(from + 1)
      .find((one) => isNote(one) && !one.mine && !one.file?.heard && one.file?.state === 'here');
    if (from >= 0 && next) void play(next);
  };

  /** A recording says nothing of its length, without which nobody can go to a place in it. */
  const measured = async () => {
    await new Promise((resolve) => {
      sound.onloadedmetadata = resolve;
      sound.onerror = resolve;
    });
    if (sound.duration !== Number.POSITIVE_INFINITY) return;
    await new Promise((resolve) => {
      sound.ondurationchange = resolve;
      sound.currentTime = FAR;
    });
    sound.currentTime = 0;
  };
  const play = async (message: MessageView, from?: number) => {
    const { id, mine, file } = message;
    if (id !== current()) {
      const blob = await attempt(messenger.fileBlob(chat, id));
      if (!blob) return;
      hush();
      url = URL.createObjectURL(blob);
      setAt(from ?? 0);
      setCurrent(id);
      sound.src = url;
      await measured();
      if (!mine && !file?.heard) void attempt(messenger.heard(chat, id));
    } else if (playing() && from === undefined) {
      return sound.pause();
    }
    if (from !== undefined) sound.currentTime = from;
    sound.playbackRate = speed();
    await attempt(sound.play());
  };
  return {
    screen: sound,
    current,
    playing,
    at,
    speed,
    play,
    faster: () => {
      setSpeed((now) => SPEEDS[(SPEEDS.indexOf(now) + 1) % SPEEDS.length] ?? 1);
      sound.playbackRate = speed();
    },
  };
}
