/** Which files move now: a few of each chat, the others in their turn; some after a pause. */
import type { Clock } from '@polynya/reach/clock';
import type { ChatId, MessageId } from '../api.ts';
import type { Transfer } from './transfer.ts';

/** Files of one chat that move at once. */
const AT_ONCE = 2;

export interface TransferQueueOptions {
  readonly clock: Clock;
  readonly open: (chat: ChatId, id: MessageId) => Transfer;
  /** Moves a file; never rejects. The answer: ms after which it is to be tried again, or null. */
  readonly run: (transfer: Transfer) => Promise<number | null>;
}

export class TransferQueue {
  readonly #options: TransferQueueOptions;
  /** By place, as all here. */
  readonly #running = new Map<string, Transfer>();
  readonly #waiting = new Map<string, Transfer>();
  /** What calls off the next try. */
  readonly #pausing = new Map<string, () => void>();
  #closed = false;

  constructor(options: TransferQueueOptions) {
    this.#options = options;
  }

  /** Now, or when its turn comes; one that moves goes on, one that pauses is tried at once. */
  start(chat: ChatId, id: MessageId): void {
    const place = placeOf(chat, id);
    if (this.#closed || this.#running.has(place)) return;
    this.stop(chat, id);
    const transfer = this.#options.open(chat, id);
    const moving = [...this.#running.values()].filter((other) => other.chat === chat);
    if (moving.length >= AT_ONCE) {
      this.#waiting.set(place, transfer);
      return;
    }
    this.#running.set(place, transfer);
    void this.#run(place, transfer);
  }

  /** Whether it was refused for the moment and waits to be tried again. */
  pauses(chat: ChatId, id: MessageId): boolean {
    return this.#pausing.has(placeOf(chat, id));
  }

  /** It moves no more, from now on. */
  stop(chat: ChatId, id: MessageId): void {
    const place = placeOf(chat, id);
    this.#running.get(place)?.stop();
    this.#pausing.get(place)?.();
    for (const kept of [this.#running, this.#waiting, this.#pausing]) kept.delete(place);
  }

  /** Starts those of a chat that wait for their turn, as many as there is room for. */
  next(chat: ChatId): void {
    for (const waiting of [...this.#waiting.values()]) {
      if (waiting.chat === chat) this.start(chat, waiting.id);
    }
  }

  close(): void {
    this.#closed = true;
    for (const transfer of this.#running.values()) transfer.stop();
    for (const cancel of this.#pausing.values()) cancel();
    for (const kept of [this.#running, this.#waiting, this.#pausing]) kept.clear();
  }

  async #run(place: string, transfer: Transfer): Promise<void> {
    const { chat, id } = transfer;
    const wait = await this.#options.run(transfer);
    if (this.#running.get(place) !== transfer) return;
    this.stop(chat, id);
    if (wait !== null) {
      const again = () => this.start(chat, id);
      this.#pausing.set(place, this.#options.clock.setTimeout(again, wait));
    }
    this.next(chat);
  }
}

export function placeOf(chat: ChatId, id: MessageId): string {
  return `${chat}/${id}`;
}
