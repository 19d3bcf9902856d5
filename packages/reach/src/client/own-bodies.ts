/**
 * The bodies of entries that this client has appended: a server pushes those back without them
 * (docs/protocol.md section 4).
 */
import { toHex } from '@polynya/protocol/bytes';
import type { Entry, NewEntry } from '@polynya/protocol/requests';

/** What is kept until it is pushed; of what is beyond, the eldest is read instead. */
const MOST = { entries: 64, bytes: 1_048_576 };

export class OwnBodies {
  readonly #bodies = new Map<string, Uint8Array>();
  #bytes = 0;

  /** They are about to be sent. */
  keep(entries: readonly NewEntry[]): void {
    for (const { id, body } of entries) {
      this.#take(toHex(id));
      this.#bodies.set(toHex(id), body);
      this.#bytes += body.length;
    }
    for (const id of this.#bodies.keys()) {
      if (this.#bodies.size <= MOST.entries && this.#bytes <= MOST.bytes) break;
      this.#take(id);
    }
  }

  /** Pushed entries as the log has them, up to the first of which we do not have the body. */
  fill(entries: readonly Entry[]): Entry[] {
    const whole: Entry[] = [];
    for (const entry of entries) {
      const own = entry.body.length === 0;
      const body = own ? this.#take(toHex(entry.id)) : entry.body;
      if (!body) break;
      whole.push(own ? { ...entry, body } : entry);
    }
    return whole;
  }

  #take(id: string): Uint8Array | undefined {
    const body = this.#bodies.get(id);
    this.#bodies.delete(id);
    this.#bytes -= body?.length ?? 0;
    return body;
  }
}
