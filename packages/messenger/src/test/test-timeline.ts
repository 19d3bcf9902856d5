/** A timeline over a real store, told things as the conversation core tells them: lock, read, apply. */
import { fromHex } from '@polynya/protocol/bytes';
import type { Content, FileRef } from '@polynya/protocol/content';
import { afterEach, beforeEach } from 'vitest';
import type { MessagePage, MessageView, PersonId } from '../api.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Change, Store } from '../store/store.ts';
import type { Arrived, Happened } from '../timeline/arrived.ts';
import type { Source } from '../timeline/page.ts';
import { pinsOf } from '../timeline/pins.ts';
import { Timeline } from '../timeline/timeline.ts';

export const CHAT = 'c0'.repeat(16);
export const ME = 'aa'.repeat(16);
export const ANNA = 'a1'.repeat(16);
export const BORIS = 'b2'.repeat(16);
const NAMES: Readonly<Record<PersonId, string>> = { [ME]: 'Me', [ANNA]: 'Anna', [BORIS]: 'Boris' };
const VIEW = {
  names: (person: PersonId) => NAMES[person] ?? '?',
  tag: () => null,
  others: [ANNA, BORIS],
};

/** The id of the nth message. */
export function id(n: number): string {
  return n.toString(16).padStart(32, '0');
}

export function text(words: string, more: { reply?: number; mentions?: string[] } = {}): Content {
  const reply = more.reply === undefined ? null : fromHex(id(more.reply));
  return { kind: 'text', text: words, reply, mentions: (more.mentions ?? []).map(fromHex) };
}

export function edit(n: number, words: string, mentions: string[] = []): Content {
  return { kind: 'edit', target: fromHex(id(n)), text: words, mentions: mentions.map(fromHex) };
}

export function remove(n: number): Content {
  return { kind: 'delete', target: fromHex(id(n)) };
}

export function react(n: number, emoji: string): Content {
  return { kind: 'react', target: fromHex(id(n)), emoji };
}

export function pin(n: number, on = true): Content {
  return { kind: 'pin', text: '', target: fromHex(id(n)), on };
}

export function receipt(delivered: number, read: number): Content {
  return { kind: 'receipt', delivered, read };
}

export function fileOf(size: number, caption = ''): Extract<Content, { kind: 'file' }> {
  const file: FileRef = {
    name: 'ice.jpg',
    type: 'image/jpeg',
    size,
    hash: new Uint8Array(32),
    blob: new Uint8Array(16),
    secret: new Uint8Array(32),
    key: new Uint8Array(32),
    pieceSize: 65_520,
    thumb: Uint8Array.of(1, 2, 3),
    width: 4,
    height: 3,
    duration: 0,
  };
  return { kind: 'file', file, caption, reply: null, mentions: [] };
}

/** An entry of the log, its id that of its seq. */
export function from(sender: PersonId, seq: number, content: Content): Arrived {
  const mine = sender === ME;
  return { chat: CHAT, seq, id: id(seq), sender, mine, at: seq * 1000, content };
}

/** A timeline that each test of a file finds empty. */
export function eachTimeline(): TestTimeline {
  const chat = new TestTimeline();
  beforeEach(async () => chat.begin(await openSqliteStore(':memory:')));
  afterEach(() => chat.store.close());
  return chat;
}

export class TestTimeline {
  store!: Store;
  timeline!: Timeline;
  /** ms */
  now!: number;

  /** @param store without one, nothing works before `begin` */
  constructor(store?: Store) {
    if (store) this.begin(store);
  }

  static async open(path = ':memory:'): Promise<TestTimeline> {
    return new TestTimeline(await openSqliteStore(path));
  }

  begin(store: Store): void {
    this.store = store;
    this.now = 1_000_000;
    this.timeline = new Timeline(
      store,
      () => ME,
      () => this.now,
    );
  }

  write(work: (timeline: Timeline) => Promise<Change[]>): Promise<void> {
    return this.timeline.locked(CHAT, async () => this.store.apply(await work(this.timeline)));
  }

  tell(...batch: (Arrived | Happened)[]): Promise<void> {
    return this.write((timeline) => timeline.arrived(batch));
  }

  /** Types the nth message. */
  type(n: number, content: Content): Promise<void> {
    const queued = { chat: CHAT, id: id(n), at: n * 1000, sender: ME, content };
    return this.write((timeline) => timeline.queued(queued));
  }

  page(
    limit = 100,
    others: readonly PersonId[] = VIEW.others,
    upTo?: number,
    source?: Source,
  ): Promise<MessagePage> {
    return this.timeline.page(CHAT, limit, { ...VIEW, others }, null, upTo, source);
  }

  async messages(): Promise<readonly MessageView[]> {
    return (await this.page()).messages;
  }

  async texts(): Promise<string[]> {
    return (await this.messages()).map((message) => message.text);
  }

  /** The nth message as it is shown. */
  async shown(n: number): Promise<MessageView> {
    const found = (await this.messages()).find((message) => message.id === id(n));
    if (!found) throw new Error(`message ${n} is not shown`);
    return found;
  }

  /** seqs of what is pinned, the one pinned last first. */
  async pins(): Promise<number[]> {
    return (await pinsOf(this.store, CHAT)).map(({ seq }) => seq);
  }

  summary() {
    return this.timeline.summary(CHAT, VIEW);
  }
}
