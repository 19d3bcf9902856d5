/**
 * Keys of AES-256-GCM, and what is worked out from one before it seals (FIPS 197 section 5.2, SP 800-38D section 6.3).
 * That weighs eight times what the key does, and most sessions are quiet: only the keys used last have theirs.
 */

/** Bytes of a schedule: the hash's key, and 15 round keys. */
const SCHEDULE = 16 + 240;
/** Keys that have a schedule at a time (count). To work one out takes a twentieth of the time that a text takes. */
const KEPT = 4_096;
const NOTHING = new Uint8Array(0);

/** Holds secrets until `end`. */
export class GcmKey {
  readonly bytes: Uint8Array;
  /** Empty while it has none. */
  schedule: Uint8Array = NOTHING;

  /** `bytes`: 32, which are this object's from now on. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Forgets the key: nothing is sealed or opened with it from now on. */
  end(): void {
    this.bytes.fill(0);
    this.forgetSchedule();
  }

  forgetSchedule(): void {
    this.schedule.fill(0);
    this.schedule = NOTHING;
  }
}

/** The schedules of the keys that came last, in one piece of memory. */
export class Schedules {
  readonly #memory: Uint8Array;
  readonly #keys: (GcmKey | undefined)[] = [];
  readonly #count: number;
  #next = 0;

  constructor(count = KEPT) {
    this.#count = count;
    this.#memory = new Uint8Array(count * SCHEDULE);
  }

  /** Room for the schedule of `key`, which is of zeros and lasts until so many others came. */
  take(key: GcmKey): Uint8Array {
    const at = this.#next;
    this.#next = (at + 1) % this.#count;
    this.#keys[at]?.forgetSchedule();
    this.#keys[at] = key;
    key.schedule = this.#memory.subarray(at * SCHEDULE, (at + 1) * SCHEDULE);
    return key.schedule;
  }
}
