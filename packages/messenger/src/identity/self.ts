/** This device's person: the root key, the device's signature key and certificate, the name. */
import { ed25519 } from '@polynya/mls/ed25519';
import type { SignatureKey } from '@polynya/mls/engine';
import { toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { bytes, struct, text } from '@polynya/protocol/schema';
import type { Random } from '@polynya/reach/clock';
import type { PersonId } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
import { decodeCredential, deviceCredential, signatureKey } from './credential.ts';
import { personBytes } from './person.ts';

const record = struct({ root: bytes(32), device: bytes(32), name: text(64) });
const KEY = 'person';

export class Self {
  readonly root: SignatureKey;
  readonly device: SignatureKey;
  readonly name: string;
  readonly personBytes: Uint8Array;
  readonly person: PersonId;
  /** Of this device's leaves. */
  readonly credential: Uint8Array;

  private constructor(
    root: SignatureKey,
    device: SignatureKey,
    credential: Uint8Array,
    name: string,
  ) {
    this.root = root;
    this.device = device;
    this.name = name;
    this.personBytes = personBytes(root.publicKey);
    this.person = toHex(this.personBytes);
    this.credential = credential;
  }

  static create(random: Random, name: string): Promise<Self> {
    return Self.#of(random(32), random(32), name);
  }

  static async load(store: Store): Promise<Self | undefined> {
    const stored = await store.get('self', KEY);
    if (!stored) return undefined;
    const { root, device, name } = record.decode(decodeCbor(stored));
    return Self.#of(root, device, name);
  }

  static async #of(rootSeed: Uint8Array, deviceSeed: Uint8Array, name: string): Promise<Self> {
    const [root, device] = [await signatureKey(rootSeed), await signatureKey(deviceSeed)];
    return new Self(root, device, await deviceCredential(root, device.publicKey), name);
  }

  renamed(name: string): Self {
    return new Self(this.root, this.device, this.credential, name);
  }

  /** What `seatCredential` takes. */
  get inviter() {
    const { signature } = decodeCredential(this.credential);
    return { root: this.root.publicKey, device: this.device, certificate: signature };
  }

  sign(message: Uint8Array): Promise<Uint8Array> {
    return ed25519.sign(this.device.privateKey, message);
  }

  saved(): Change {
    const { root, device, name } = this;
    const value = record.encode({ root: root.privateKey, device: device.privateKey, name });
    return { table: 'self', key: KEY, value: encodeCbor(value) };
  }
}
