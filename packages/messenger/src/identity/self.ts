/** This device's person: the root key, the device's signature key and certificate, the name. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { bytes, struct, text } from '@polynya/protocol/schema';
import type { Random } from '@polynya/reach/clock';
import type { PersonId } from '../api.ts';
import type { Change, Store } from '../store/store.ts';
import { decodeCredential, deviceCredential, type SigningKey, signingKey } from './credential.ts';
import { personBytes } from './person.ts';

const record = struct({ root: bytes(32), device: bytes(32), name: text(64) });
const KEY = 'person';

export class Self {
  readonly root: SigningKey;
  readonly device: SigningKey;
  readonly name: string;
  readonly personBytes: Uint8Array;
  readonly person: PersonId;
  /** Of this device's leaves. */
  readonly credential: Uint8Array;

  private constructor(root: Uint8Array, device: Uint8Array, name: string) {
    this.root = signingKey(root);
    this.device = signingKey(device);
    this.name = name;
    this.personBytes = personBytes(this.root.publicKey);
    this.person = toHex(this.personBytes);
    this.credential = deviceCredential(this.root, this.device.publicKey);
  }

  static create(random: Random, name: string): Self {
    return new Self(random(32), random(32), name);
  }

  static async load(store: Store): Promise<Self | undefined> {
    const stored = await store.get('self', KEY);
    if (!stored) return undefined;
    const { root, device, name } = record.decode(decodeCbor(stored));
    return new Self(root, device, name);
  }

  renamed(name: string): Self {
    return new Self(this.root.privateKey, this.device.privateKey, name);
  }

  /** What `seatCredential` takes. */
  get inviter() {
    const { signature } = decodeCredential(this.credential);
    return { root: this.root.publicKey, device: this.device, certificate: signature };
  }

  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.device.privateKey);
  }

  saved(): Change {
    const { root, device, name } = this;
    const value = record.encode({ root: root.privateKey, device: device.privateKey, name });
    return { table: 'self', key: KEY, value: encodeCbor(value) };
  }
}
