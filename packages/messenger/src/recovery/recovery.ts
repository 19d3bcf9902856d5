/**
 * What a device does about conversations that cannot go on by their log alone: those that a Commit broke are
 * refounded, those whose state this device lost are asked for again. One step of one chat at a time.
 */
import { toHex } from '@polynya/protocol/bytes';
import { fraction } from '@polynya/reach/clock';
import type { ChatId, PersonId } from '../api.ts';
import { findPerson } from '../conversation/people.ts';
import { leavesOf } from '../conversation/roster.ts';
import type { Device } from '../device.ts';
import { personBytes, personId } from '../identity/person.ts';
import type { LetterPayload } from '../inbox/letters.ts';
import type { ServerLink } from '../line/server-link.ts';
import type { Change, Store } from '../store/store.ts';
import { type Fork, forkLeafOf, forkOf } from './branch.ts';
import { chatOfFork, followBranch, foundBranch } from './refound.ts';
import { founderOf, letterDone, letterKept, lettersFor } from './refound-letters.ts';
import { answerRejoin } from './rejoin-answer.ts';
import { askToRejoin, requestGone } from './rejoin-request.ts';

/** ms: the first in rank founds a branch within a moment at random, each next one so much later. */
const MOMENT = 1_000;
const STEP = 10_000;
/** ms to wait after a step that failed. */
const RETRY = { least: 1_000, most: 60_000 };
/** ms: letters that lie in the inbox already are read before a branch is founded. */
const UNREAD = 1_000;

type Told<Kind> = Extract<LetterPayload, { kind: Kind }>;

/** Everything that is kept of it for a chat. */
export async function forgetRecovery(store: Store, chat: ChatId): Promise<Change[]> {
  const letters = (await lettersFor(store, chat)).map((letter) => letterDone(chat, letter));
  return [requestGone(chat), ...letters];
}

export class Recovery {
  readonly #device: Device;
  readonly #timers = new Map<ChatId, () => void>();
  readonly #turns = new Map<ChatId, Promise<void>>();
  readonly #failures = new Map<ChatId, number>();
  #spread: number;

  constructor(device: Device) {
    this.#device = device;
    this.#spread = fraction(device.ports.random);
  }

  /** Something about this chat may be to be done. */
  look(chat: ChatId): void {
    this.#timers.get(chat)?.();
    this.#timers.delete(chat);
    const before = this.#turns.get(chat) ?? Promise.resolve();
    this.#turns.set(
      chat,
      before.then(() => this.#take(chat)),
    );
  }

  lookAtAll(): void {
    for (const chat of this.#device.conversations.keys()) this.look(chat);
  }

  /** A member says that a chat goes on in a branch. Believed once this device has seen why. */
  async refounded(root: Uint8Array, told: Told<'refound'>, ref: Uint8Array): Promise<void> {
    const chat = chatOfFork(this.#device, told.log);
    const founder = personId(root);
    if (chat === null) return;
    const { state } = this.#device.conversation(chat).held;
    if (!findPerson(state, founder)) return;
    const { log, seq, secret } = told;
    const letter = { log, seq, secret, ref, founder: personBytes(root) };
    await this.#device.ports.store.apply([letterKept(chat, letter)]);
    this.look(chat);
  }

  /** A member's device says that it lost its state. */
  async asked(link: ServerLink, root: Uint8Array, told: Told<'rejoin'>): Promise<void> {
    await answerRejoin(this.#device, link, personId(root), told, this.#spread);
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  async #take(chat: ChatId): Promise<void> {
    const { clock, log } = this.#device.ports;
    let wait: number | null;
    try {
      wait = await this.#step(chat);
      this.#failures.delete(chat);
    } catch (error) {
      if (this.#device.closing.aborted) return;
      const failures = this.#failures.get(chat) ?? 0;
      this.#failures.set(chat, failures + 1);
      log(`a chat waits to be recovered: ${error instanceof Error ? error.message : 'unknown'}`);
      wait = Math.min(RETRY.most, RETRY.least * 2 ** failures);
    }
    if (wait === null || this.#device.closing.aborted || this.#timers.has(chat)) return;
    this.#timers.set(
      chat,
      clock.setTimeout(() => this.look(chat), wait),
    );
  }

  /** @returns ms until the next one; null: nothing is to be done until something happens */
  async #step(chat: ChatId): Promise<number | null> {
    const conversation = this.#device.conversations.get(chat);
    if (!conversation || this.#device.closing.aborted) return null;
    const { held } = conversation;
    if (held.state.phase === 'stopped' && held.state.trouble === 'lost-state') {
      return askToRejoin(this.#device, chat);
    }
    const fork = forkOf(held);
    if (!fork || forkLeafOf(fork, this.#me) === null) return null;
    return (await this.#follow(chat, fork)) ? 0 : this.#found(chat, fork);
  }

  /** Joins the branch of the lowest leaf, if that is lower than the one joined. False: there is none. */
  async #follow(chat: ChatId, fork: Fork): Promise<boolean> {
    const { store } = this.#device.ports;
    const { refounded } = this.#device.conversation(chat).held.state;
    const letters = (await lettersFor(store, chat))
      .filter(({ log, seq }) => toHex(log) === toHex(fork.log) && seq === fork.seq)
      .map((letter) => ({ letter, leaf: forkLeafOf(fork, founderOf(letter)) }))
      .sort((a, b) => (a.leaf ?? 0) - (b.leaf ?? 0));
    for (const { letter, leaf } of letters) {
      const wins = leaf !== null && (!refounded || leaf < refounded.founder);
      if (wins && (await followBranch(this.#device, chat, fork, letter))) return true;
      await store.apply([letterDone(chat, letter)]);
    }
    return false;
  }

  async #found(chat: ChatId, fork: Fork): Promise<number | null> {
    const conversation = this.#device.conversation(chat);
    const { refounded, bad } = conversation.held.state;
    const now = this.#device.ports.clock.now();
    if (refounded && !bad) return null;
    const devices = leavesOf(fork.parent).filter(
      ({ kind, person }) => kind === 'device' && person !== fork.by,
    );
    const rank = devices.findIndex(({ leaf }) => leaf === fork.parent.ownLeaf);
    const due = (bad?.at ?? now) + this.#spread * MOMENT + rank * STEP;
    if (due > now) return due - now;
    if (!(await this.#device.linkOf(chat).world.inboxRead())) return UNREAD;
    return (await foundBranch(this.#device, chat, fork)) ? 0 : null;
  }

  get #me(): PersonId {
    return this.#device.self.person;
  }
}
