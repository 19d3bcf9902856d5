/**
 * A Store over a Store that sees only ciphertext: AES-256-GCM (NIST SP 800-38D) under the device
 * key, a random 96-bit nonce per write (good for 2^32 writes), bound to its table and key.
 * Keys of the tables and lengths of the values stay clear; so does the putting back of an old value.
 */
import type { DeviceKey } from './device-key.ts';
import {
  type Change,
  copyOf,
  type Range,
  type Store,
  StoreError,
  TABLES,
  type Table,
} from './store.ts';

const NONCE_BYTES = 12;
/** Values sealed anew at once. */
const PIECE = 64;
const CHECK = { table: 'seal', key: 'check' } as const;
const ENCODER = new TextEncoder();

/**
 * Seals all that goes through to `inner`, which must be new or have been sealed with the same key;
 * the key is made if the store is new. Destroying it destroys the key first.
 * @throws StoreError `corrupt` if the store was sealed with another key, or its key is gone
 */
export async function openSealedStore(inner: Store, deviceKey: DeviceKey): Promise<SealedStore> {
  const check = await inner.get(CHECK.table, CHECK.key);
  const key = await deviceKey.load();
  if (check && !key) throw new StoreError('corrupt', 'the key of this store is gone');
  const former = await deviceKey.former?.();
  const store = new SealedStore(inner, deviceKey, key ?? (await deviceKey.create()), former);
  if (check) await store.get(CHECK.table, CHECK.key);
  else await store.apply([{ ...CHECK, value: new Uint8Array() }]);
  return store;
}

export class SealedStore implements Store {
  readonly #inner: Store;
  readonly #deviceKey: DeviceKey;
  #key: CryptoKey;
  /** What was not sealed anew yet opens with this one. */
  #former: CryptoKey | undefined;
  /** Resolves when every batch handed over so far has gone to the inner store. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(inner: Store, deviceKey: DeviceKey, key: CryptoKey, former?: CryptoKey) {
    this.#inner = inner;
    this.#former = former;
    this.#deviceKey = deviceKey;
    this.#key = key;
  }

  async get(table: Table, key: string): Promise<Uint8Array | undefined> {
    await this.#turn;
    const sealed = await this.#inner.get(table, key);
    return sealed && this.#open(table, key, sealed);
  }

  async range(table: Table, range?: Range): Promise<[string, Uint8Array][]> {
    await this.#turn;
    const found = await this.#inner.range(table, range);
    return Promise.all(
      found.map(async ([key, sealed]) => [key, await this.#open(table, key, sealed)]),
    );
  }

  apply(changes: readonly Change[]): Promise<void> {
    const before = this.#turn;
    const handedOver = Promise.all(changes.map((change) => this.#seal(change))).then(
      async (sealed) => {
        await before;
        return { applied: this.#inner.apply(sealed) };
      },
    );
    // From there the inner store keeps the order; a batch that could not be sealed holds up nobody.
    this.#turn = handedOver.then(
      () => undefined,
      () => before,
    );
    return handedOver.then(({ applied }) => applied);
  }

  /** The key that everything is sealed under, or will be. */
  get key(): CryptoKey {
    return this.#key;
  }

  /** Some of it is sealed under a former key. */
  get sealing(): boolean {
    return this.#former !== undefined;
  }

  /**
   * Seals everything under another key, piece by piece, in turn with all that is read and written meanwhile. Where it
   * was stopped in the middle, it is begun again with the key that the store has.
   * @throws StoreError
   */
  async sealAnew(key: CryptoKey): Promise<void> {
    if (key !== this.#key) {
      await this.#turn;
      this.#former = this.#key;
      this.#key = key;
    }
    for (const table of TABLES) {
      let from: string | undefined = '';
      while (from !== undefined) from = await this.#inTurn(table, from);
    }
    this.#former = undefined;
  }

  /** One piece. @returns where the next one begins */
  #inTurn(table: Table, from: string): Promise<string | undefined> {
    const piece = this.#turn.then(async () => {
      const found = await this.#inner.range(table, { from, limit: PIECE });
      const changes = found.map(async ([key, sealed]) => {
        const open = () => this.#open(table, key, sealed);
        // What is damaged opens by neither key, nor at a second try: the rest is not to wait for it.
        const value = await open()
          .catch(open)
          .catch(() => undefined);
        return value ? [await this.#seal({ table, key, value })] : [];
      });
      await this.#inner.apply((await Promise.all(changes)).flat());
      const last = found.at(-1)?.[0];
      return found.length < PIECE || last === undefined ? undefined : `${last}\0`;
    });
    this.#turn = piece.catch(() => undefined);
    return piece;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#inner.close();
  }

  async destroy(): Promise<void> {
    await this.#turn;
    await this.#deviceKey.destroy();
    await this.#inner.destroy();
  }

  async #seal({ table, key, value }: Change): Promise<Change> {
    if (value === null) return { table, key, value };
    try {
      const plain = copyOf(value);
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(parameters(iv, table, key), this.#key, plain);
      const framed = new Uint8Array(NONCE_BYTES + sealed.byteLength);
      framed.set(iv);
      framed.set(new Uint8Array(sealed), NONCE_BYTES);
      return { table, key, value: framed };
    } catch (cause) {
      throw new StoreError('failed', 'a value cannot be sealed', cause);
    }
  }

  async #open(table: Table, key: string, sealed: Uint8Array): Promise<Uint8Array> {
    try {
      const iv = copyOf(sealed.subarray(0, NONCE_BYTES));
      const body = copyOf(sealed.subarray(NONCE_BYTES));
      const former = this.#former;
      const opening = crypto.subtle.decrypt(parameters(iv, table, key), this.#key, body);
      return new Uint8Array(
        await (former
          ? opening.catch(() => crypto.subtle.decrypt(parameters(iv, table, key), former, body))
          : opening),
      );
    } catch (cause) {
      throw new StoreError('corrupt', `a value of ${table} is not what this device sealed`, cause);
    }
  }
}

/** No table's name holds a NUL, so no two places share their associated data. */
function parameters(iv: Uint8Array<ArrayBuffer>, table: Table, key: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: ENCODER.encode(`${table}\0${key}`) };
}
