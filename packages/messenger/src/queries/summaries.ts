/**
 * The list of chats, kept: what changed is computed anew, what did not stays the same object, so that one message
 * costs as much among ten thousand chats as among ten.
 */
import type { ChatId, ChatSummary, PersonId } from '../api.ts';
import { looks } from '../identity/look-alike.ts';
import { tagOf } from '../identity/person.ts';
import type { Changes } from './changes.ts';
import { shared } from './shared.ts';

/** Of one chat, without what others have to do with it. */
export interface Summary {
  readonly summary: Omit<ChatSummary, 'tag'>;
  /** The last message goes by itself. */
  readonly passing: boolean;
}

export interface SummariesPorts {
  readonly changes: Changes;
  /** null: not to be listed; undefined: not known yet. */
  summarise(chat: ChatId): Promise<Summary | null | undefined>;
  /** Waited for before what changed is computed, where there is a list already. */
  pause?(): Promise<void>;
}

/** One that changed, or went. */
export type Changed = readonly [chat: ChatId, now: ChatSummary | null, passing: boolean];

export class Summaries {
  readonly #ports: SummariesPorts;
  readonly #known = new Map<ChatId, ChatSummary>();
  /** How the others of chats of two are called, as it looks. */
  readonly #looks = new Map<ChatId, { readonly look: string; readonly person: PersonId }>();
  /** Who is called so. */
  #bearers = new Map<string, Set<PersonId>>();
  readonly #stale = new Set<ChatId>();
  /** Their last message goes by itself. */
  readonly #passing = new Set<ChatId>();
  readonly #listeners: ((changed: readonly Changed[]) => void)[] = [];
  #list: readonly ChatSummary[] = [];
  #pass: Promise<void> | null = null;
  #ready: Promise<unknown> = Promise.resolve();

  constructor(ports: SummariesPorts) {
    this.#ports = ports;
    ports.changes.onChat((chat) => this.#stale.add(chat));
  }

  /** Nothing is answered before that. */
  after(ready: Promise<unknown>): void {
    this.#ready = ready;
    // Whoever asks for the list hears why there is none.
    ready.catch(() => undefined);
  }

  /** As they were when this device was last open: each counts until its chat is known. */
  remember(chats: readonly ChatSummary[]): void {
    const news = chats.filter(({ chat }) => !this.#known.has(chat));
    this.#take(news.map((summary) => [summary.chat, { summary, passing: false }]));
    this.#ports.changes.touch('chats');
    this.#ports.changes.touch('status');
  }

  /** Hears what `list` will answer that it did not before. */
  onChanged(listener: (changed: readonly Changed[]) => void): void {
    this.#listeners.push(listener);
  }

  /** All as they are now, the newest first; the same array as long as nothing changed. @throws StoreError */
  async list(): Promise<readonly ChatSummary[]> {
    await this.#ready;
    // What changed since the pass under way began is for the next one.
    await this.#pass;
    if (this.#stale.size > 0) {
      this.#pass ??= this.#refresh().finally(() => {
        this.#pass = null;
      });
      await this.#pass;
    }
    return this.#list;
  }

  /** Four digits of the other of a chat of two, where that of another has a name that looks like it; else null. */
  tagOf({ direct, peer, title }: Pick<ChatSummary, 'direct' | 'peer' | 'title'>): string | null {
    if (!direct || peer === null) return null;
    const bearers = this.called(title);
    return bearers.size > (bearers.has(peer) ? 1 : 0) ? tagOf(peer) : null;
  }

  /** The others of chats of two whose names look like this one. */
  called(name: string): ReadonlySet<PersonId> {
    return this.#bearers.get(looks(name)) ?? new Set();
  }

  async #refresh(): Promise<void> {
    if (this.#list.length > 0) await this.#ports.pause?.();
    const chats = [...this.#stale];
    this.#stale.clear();
    try {
      const found = await Promise.all(
        chats.map(async (chat) => [chat, await this.#ports.summarise(chat)] as const),
      );
      this.#take(found.flatMap(([chat, one]) => (one === undefined ? [] : [[chat, one]])));
    } catch (error) {
      for (const chat of chats) this.#stale.add(chat);
      throw error;
    }
  }

  #take(found: readonly (readonly [ChatId, Summary | null])[]): void {
    const affected = new Map(found);
    const renamed = found.filter(([chat, one]) => this.#renamed(chat, one?.summary ?? null));
    if (renamed.length > 0) {
      this.#bearers = new Map();
      for (const { look, person } of this.#looks.values()) {
        this.#bearers.set(look, (this.#bearers.get(look) ?? new Set()).add(person));
      }
      // Names change seldom: then all are looked at.
      for (const [chat, summary] of this.#known) {
        const isOther = summary.tag !== this.tagOf(summary) && !affected.has(chat);
        if (isOther) affected.set(chat, { summary, passing: this.#passing.has(chat) });
      }
    }
    const changed: Changed[] = [];
    for (const [chat, one] of affected) {
      const before = this.#known.get(chat);
      const now = one && shared(before, { ...one.summary, tag: this.tagOf(one.summary) });
      if (one?.passing) this.#passing.add(chat);
      else this.#passing.delete(chat);
      if (now === (before ?? null)) continue;
      if (now) this.#known.set(chat, now);
      else this.#known.delete(chat);
      changed.push([chat, now, one?.passing ?? false]);
    }
    if (changed.length === 0) return;
    const moved = new Set(changed.map(([chat]) => chat));
    // Almost in order already, which sorting makes use of.
    this.#list = [
      ...this.#list.filter(({ chat }) => !moved.has(chat)),
      ...changed.flatMap(([, now]) => now ?? []),
    ].sort((a, b) => b.at - a.at);
    for (const listener of this.#listeners) listener(changed);
  }

  #renamed(chat: ChatId, now: Summary['summary'] | null): boolean {
    const before = this.#looks.get(chat);
    const person = now?.direct ? now.peer : null;
    const look = now && person !== null ? looks(now.title) : undefined;
    if (before?.look === look && before?.person === (person ?? undefined)) return false;
    if (look !== undefined && person !== null) this.#looks.set(chat, { look, person });
    else this.#looks.delete(chat);
    return true;
  }
}
