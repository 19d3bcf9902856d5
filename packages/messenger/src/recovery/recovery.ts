/**
 * What a device does about conversations that cannot go on by their log alone (repair.ts): when, and one step of one
 * chat at a time.
 */
import { fraction } from '@polynya/reach/clock';
import type { ChatId } from '../api.ts';
import type { Device } from '../device.ts';
import { personId } from '../identity/person.ts';
import type { LetterPayload } from '../inbox/letters.ts';
import type { ServerLink } from '../line/server-link.ts';
import { repair } from './later.ts';

/** ms to wait after a step that failed. */
const RETRY = { least: 1_000, most: 60_000 };

type Told<Kind> = Extract<LetterPayload, { kind: Kind }>;

export class Recovery {
  readonly #device: Device;
  readonly #timers = new Map<ChatId, () => void>();
  readonly #turns = new Map<ChatId, Promise<void>>();
  readonly #failures = new Map<ChatId, number>();
  readonly #spread: number;

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

  /** A member says that a chat goes on in a branch. Believed once this device has seen why. */
  async refounded(root: Uint8Array, told: Told<'refound'>, ref: Uint8Array): Promise<void> {
    const chat = await (await repair()).keepLetter(this.#device, root, told, ref);
    if (chat !== null) this.look(chat);
  }

  /** A member's device says that it lost its state, or a member every device. */
  async asked(
    link: ServerLink,
    root: Uint8Array,
    told: Told<'rejoin'> | Told<'recover'>,
  ): Promise<void> {
    const { answerRejoin, answerRecover } = await repair();
    const person = personId(root);
    if (told.kind === 'recover') {
      return answerRecover(this.#device, link, person, told, this.#spread);
    }
    await answerRejoin(this.#device, link, person, told, this.#spread);
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  async #take(chat: ChatId): Promise<void> {
    const { clock, log } = this.#device.ports;
    if (this.#device.closing.aborted) return;
    let wait: number | null;
    try {
      await this.#device.loading.whole;
      wait = await (await repair()).step(this.#device, chat, this.#spread);
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
}
