/** What a device does for a person whose root key is under a phrase: keeps the backup, and asks after a recovery. */
import { sha256 } from '@noble/hashes/sha2.js';
import { equal, u64 } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Device } from '../device.ts';
import { admission, backupOf, writeBackup } from './backup.ts';
import { askAll } from './recovering.ts';

/** ms: changes come in crowds. */
const MOMENT = 2_000;
/** ms: a backup is written anew before retention takes it. */
const AGAIN = 7 * 86_400_000;
const RETRY = 30_000;
/** Seconds since 1970: until then whoever recovers is let in. */
const LAID_BY = 4_000_000_000;
const KEY = 'backup';

export class Keeping {
  readonly #device: Device;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  #running = false;
  #again = false;

  constructor(device: Device) {
    this.#device = device;
  }

  look(wait = MOMENT): void {
    const { clock } = this.#device.ports;
    const at = clock.now() + wait;
    const waits = this.#timer !== null && this.#timer.at <= at;
    if (!this.#device.registered?.backup || this.#device.closing.aborted || waits) return;
    this.#timer?.cancel();
    const run = () => {
      this.#timer = null;
      void this.#take();
    };
    this.#timer = { at, cancel: clock.setTimeout(run, wait) };
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** A backup was written, if only once: the phrase finds somebody. @throws StoreError */
  async isKept(): Promise<boolean> {
    return (await this.#device.ports.store.get('setting', KEY)) !== undefined;
  }

  /** Writes the backup if it differs from the last, or that is old. @throws ProtocolError, StoreError */
  async keep(): Promise<void> {
    const { registered, ports, homeLink } = this.#device;
    const secret = registered?.backup;
    if (!secret) return;
    const now = ports.clock.now();
    const encoded = backupOf(this.#device);
    const hash = sha256(encoded);
    const stored = await ports.store.get('setting', KEY);
    const age = stored
      ? now - Number(new DataView(stored.slice(32).buffer).getBigUint64(0))
      : AGAIN;
    if (stored && equal(stored.slice(0, 32), hash) && age < AGAIN) return;
    const admit = admission(secret, registered.list.generation);
    const { allowance } = homeLink.server;
    // Once for each generation: the server answers a repeat as it answered at first.
    await homeLink.connection
      .call({ op: 'grant', allowance, hash: sha256(admit), uses: 1, until: LAID_BY })
      .catch((error: unknown) => {
        if (!(error instanceof ProtocolError && error.code === 'exists')) throw error;
      });
    await writeBackup(this.#device, secret, encoded);
    const value = Uint8Array.of(...hash, ...u64(now));
    await ports.store.apply([{ table: 'setting', key: KEY, value }]);
    this.#device.changes.touch('devices');
  }

  async #take(): Promise<void> {
    this.#again = this.#running;
    if (this.#running) return;
    this.#running = true;
    try {
      const wait = await askAll(this.#device);
      await this.keep();
      this.look(Math.min(wait ?? AGAIN, AGAIN / 7));
    } catch (error) {
      const why = error instanceof Error ? `${error.name} ${error.message}` : 'unknown';
      this.#device.ports.log(`the backup waits: ${why}`);
      this.look(RETRY);
    } finally {
      this.#running = false;
      if (this.#again) this.look();
    }
  }
}
