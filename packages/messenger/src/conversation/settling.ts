/** What a member owes once in: its contact token is made known, its profile said, the blob it came by dropped. */
import { dropPackage } from '../invite/sealed-blob.ts';
import type { Core } from './core.ts';
import { encodeContent } from './outbox.ts';
import { findPerson } from './people.ts';

/** ms: half the life of a KeyPackage. */
const RESTOCK = 14 * 86_400_000;
/** ms: how long a branch of a lower leaf still wins over the one that was joined. */
const SETTLED = 86_400_000;

export class Settling {
  readonly #core: Core;
  /** The name that this conversation knows us by; null: not looked up yet. */
  #said: string | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Does the next thing that is owed. @returns whether there was one */
  async step(): Promise<boolean> {
    const { held, world, chat } = this.#core;
    const { state } = held;
    if (state.phase !== 'active' || world.request(chat)) return false;
    const now = world.clock.now();
    if (held.parent && now - (state.refounded?.at ?? 0) > SETTLED) {
      await this.#core.save({ ...held, parent: null });
      return true;
    }
    if (now - state.stocked > RESTOCK) {
      await world.openInbox(state.token, state.self ? 'own' : 'chat');
      const present = this.#core.held;
      await this.#core.save({ ...present, state: { ...present.state, stocked: now } });
      return true;
    }
    const { name, person } = world.self();
    const known = findPerson(state, person)?.name ?? '';
    this.#said ??= known;
    // Another device of this person may have said a newer name, which this one has not heard of yet.
    const renamed = this.#said !== name && known !== name && world.nameKnown();
    if (!state.introduced || renamed) {
      const content = encodeContent({ kind: 'profile', name, card: world.card(state.token) });
      const row = await this.#core.outbox.push({ id: world.random(16), at: now, content });
      const present = this.#core.held;
      await this.#core.save({ ...present, state: { ...present.state, introduced: true } }, [row]);
      this.#said = name;
      return true;
    }
    if (!state.invite) return false;
    await dropPackage(world.connection, state.invite);
    const present = this.#core.held;
    await this.#core.save({ ...present, state: { ...present.state, invite: null } });
    return true;
  }
}
