/**
 * A Store over a Store that sees only ciphertext: AES-256-GCM (NIST SP 800-38D) under the device
 * key, a random 96-bit nonce per write (good for 2^32 writes), bound to its table and key.
 * Keys of the tables and lengths of the values stay clear; so does the putting back of an old value.
 */
import type { DeviceKey } from './device-key.ts';
import { type Change, copyOf, type Range, type Store, StoreError, type Table } from './store.ts';

const NONCE_BYTES = 12;
const CHECK = { table: 'seal', key: 'check' } as const;
const ENCODER = new TextEncoder();

/**
 * Seals all that goes through to `inner`, which must be new or have been sealed with the same key;
 * the key is made if the store is new. Destroying it destroys the key first.
 * @throws StoreError `corrupt` if the store was sealed with another key, or its key is gone
 */
export async function openSealedStore(inner: Store, deviceKey: DeviceKey): Promise<Store> {
  const check = await inner.get(CHECK.table, CHECK.key);
  const key = await deviceKey.load();
  if (check && !key) throw new StoreError('corrupt', 'the key of this store is gone');
  const store = new SealedStore(inner, deviceKey, key ?? (await deviceKey.create()));
  if (check) await store.get(CHECK.table, CHECK.key);
  else await store.apply([{ ...CHECK, value: new Uint8Array() }]);
  return store;
}

class SealedStore implements Store {
  readonly #inner: Store;
  readonly #deviceKey: DeviceKey;
  readonly #key: CryptoKey;
  /** Resolves when every batch handed over so far has gone to the inner store. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(inner: Store, deviceKey: DeviceKey, key: CryptoKey) {
    this.#inner = inner;
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
      return new Uint8Array(
        await crypto.subtle.decrypt(parameters(iv, table, key), this.#key, body),
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
