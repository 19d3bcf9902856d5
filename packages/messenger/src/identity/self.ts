/** This device's person: the root key, the device list, this device's signature key, the names of both. */
import { ed25519 } from '@polynya/crypto/ed25519';
import type { SignatureKey } from '@polynya/mls/engine';
import { toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { type DeviceList, deviceList } from '@polynya/protocol/device-list';
import { bytes, type Infer, optional, struct, text, uint } from '@polynya/protocol/schema';
import type { Random } from '@polynya/reach/clock';
import type { PersonId } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
import { StoreError } from '../store/store.ts';
import { deviceCredential, signatureKey } from './credential.ts';
import { firstList } from './device-list.ts';
import { personBytes } from './person.ts';

const record = struct({
  root: bytes(32),
  /** The root's seed, on the device that made the person, until a recovery phrase is set. */
  rootSeed: optional(bytes(32)),
  device: bytes(32),
  list: deviceList,
  name: text(64),
  /** This device's, among its person's devices. */
  deviceName: text(64),
  /** The chat of the own devices: its log. */
  group: optional(bytes(16)),
  /** The contact token by which the own devices reach this one. */
  token: optional(bytes(32)),
  /** What derives from the root's seed once that is under a phrase: where own devices keep a backup. */
  backup: optional(bytes(32)),
  /** Who took this device out of the list (a name), and when (ms). */
  removed: optional(struct({ by: text(64), at: uint() })),
});
type Record = Infer<typeof record>;
const KEY = 'person';

export class Self {
  readonly #record: Record;
  readonly device: SignatureKey;
  readonly personBytes: Uint8Array;
  readonly person: PersonId;
  /** Of this device's leaves. */
  readonly credential: Uint8Array;

  constructor(own: Record, device: SignatureKey) {
    this.#record = own;
    this.device = device;
    this.personBytes = personBytes(own.root);
    this.person = toHex(this.personBytes);
    this.credential = deviceCredential(own.root, own.list);
  }

  /** A new person, whose root key is here. */
  static async create(random: Random, name: string): Promise<Self> {
    const rootSeed = random(32);
    const [root, device] = [await signatureKey(rootSeed), await signatureKey(random(32))];
    const list = await firstList(root, device.publicKey);
    return Self.of({ root: root.publicKey, rootSeed, list, name }, device);
  }

  static of(
    own: Pick<Record, 'root' | 'list' | 'name'> & Partial<Record>,
    device: SignatureKey,
  ): Self {
    const blank = {
      rootSeed: null,
      deviceName: '',
      group: null,
      token: null,
      backup: null,
      removed: null,
    };
    return new Self({ ...blank, ...own, device: device.privateKey }, device);
  }

  /** @throws StoreError 'corrupt' */
  static async load(store: Store): Promise<Self | undefined> {
    const stored = await store.get('self', KEY);
    if (!stored) return undefined;
    try {
      const own = record.decode(decodeCbor(stored));
      return new Self(own, await signatureKey(own.device));
    } catch (cause) {
      throw new StoreError('corrupt', 'the person of this device cannot be read', cause);
    }
  }

  /** Its public key. */
  get root(): Uint8Array {
    return this.#record.root;
  }

  get rootSeed(): Uint8Array | null {
    return this.#record.rootSeed;
  }

  get list(): DeviceList {
    return this.#record.list;
  }

  get name(): string {
    return this.#record.name;
  }

  get deviceName(): string {
    return this.#record.deviceName;
  }

  get group(): Uint8Array | null {
    return this.#record.group;
  }

  get token(): Uint8Array | null {
    return this.#record.token;
  }

  get backup(): Uint8Array | null {
    return this.#record.backup;
  }

  get removed(): Record['removed'] {
    return this.#record.removed;
  }

  /** The same device of the same person, with this changed. */
  with(change: Partial<Omit<Record, 'root' | 'device'>>): Self {
    return new Self({ ...this.#record, ...change }, this.device);
  }

  /** What `seatCredential` takes. */
  get inviter() {
    const { root, list, device } = this;
    return { root, list, device };
  }

  sign(message: Uint8Array): Promise<Uint8Array> {
    return ed25519.sign(this.device.privateKey, message);
  }

  saved(): Change {
    return { table: 'self', key: KEY, value: encodeCbor(record.encode(this.#record)) };
  }
}
