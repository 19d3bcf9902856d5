/**
 * Typing, as a signal: sealed under the epoch's signal key, signed by the leaf, stored nowhere
 * (docs/protocol.md section 6). Whatever does not open is dropped without a word.
 */
import { ed25519 } from '@polynya/crypto/ed25519';
import { MlsError } from '@polynya/mls/mls-error';
import { concat, readU64, u64, utf8 } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bool, bytes, struct, uint, variants } from '@polynya/protocol/schema';
import type { PersonId } from '../api.ts';
import { signalKey } from './capability.ts';
import type { Core } from './core.ts';
import { leavesOf } from './roster.ts';

/** ms: sent at most so often, shown so long. */
const EVERY = 4_000;
const SHOWN = 8_000;
const NONCE = 12;

const payloadCodec = variants('signal', { typing: [0, { on: bool }] });
const signalCodec = struct({ leaf: uint(), payload: bytes(0, 2_048), signature: bytes(64) });

export class Signals {
  readonly #core: Core;
  #key: { readonly epoch: number; readonly key: Promise<Uint8Array> } | null = null;
  #sentAt = 0;
  readonly #typing = new Map<PersonId, () => void>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Who types now. */
  get typing(): ReadonlySet<PersonId> {
    return new Set(this.#typing.keys());
  }

  /** This person types. Lost if there is no line. */
  async type(): Promise<void> {
    const { world, held, log, chat } = this.#core;
    const now = world.clock.now();
    const silent = held.state.phase !== 'active' || world.request(chat) !== null;
    if (now - this.#sentAt < EVERY || silent) return;
    this.#sentAt = now;
    const { epoch, ownLeaf: leaf } = held.group;
    const payload = encodeCbor(payloadCodec.encode({ signal: 'typing', on: true }));
    const signature = await world.self().sign(this.#signed(epoch, payload));
    const plaintext = encodeCbor(signalCodec.encode({ leaf, payload, signature }));
    const nonce = world.random(NONCE);
    const sealed = await this.#crypt('encrypt', nonce, plaintext);
    await log.signal(concat(u64(epoch), nonce, sealed)).catch(() => {
      // It was worth sending now or not at all.
    });
  }

  async received(body: Uint8Array): Promise<void> {
    const person = await this.#open(body).catch((error: unknown) => {
      const expected = [ProtocolError, DOMException, MlsError];
      if (expected.some((kind) => error instanceof kind)) return null;
      throw error;
    });
    const { world } = this.#core;
    if (person === null || person === world.self().person || world.blocked(person)) return;
    this.#typing.get(person)?.();
    this.#typing.set(
      person,
      world.clock.setTimeout(() => this.stopped(person), SHOWN),
    );
    this.#core.touch();
  }

  /** They said what they typed. */
  stopped(person: PersonId): void {
    const cancel = this.#typing.get(person);
    if (!cancel) return;
    cancel();
    this.#typing.delete(person);
    this.#core.touch();
  }

  close(): void {
    for (const cancel of this.#typing.values()) cancel();
    this.#typing.clear();
  }

  async #open(body: Uint8Array): Promise<PersonId | null> {
    const { group } = this.#core.held;
    const epoch = readU64(body);
    if (epoch !== group.epoch || !group.active) return null;
    const nonce = body.slice(8, 8 + NONCE);
    const plaintext = await this.#crypt('decrypt', nonce, body.slice(8 + NONCE));
    const { leaf, payload, signature } = signalCodec.decode(decodeCbor(plaintext));
    const sender = leavesOf(group).find((one) => one.leaf === leaf);
    if (sender?.kind !== 'device') return null;
    const signed = this.#signed(epoch, payload);
    if (!(await ed25519.verify(sender.signatureKey, signed, signature))) return null;
    return payloadCodec.decode(decodeCbor(payload)).signal === 'typing' ? sender.person : null;
  }

  #signed(epoch: number, payload: Uint8Array): Uint8Array {
    return concat(utf8('polynya signal'), this.#core.held.state.log, u64(epoch), payload);
  }

  async #crypt(
    way: 'encrypt' | 'decrypt',
    nonce: Uint8Array,
    data: Uint8Array,
  ): Promise<Uint8Array> {
    const { group, state } = this.#core.held;
    if (this.#key?.epoch !== group.epoch) this.#key = { epoch: group.epoch, key: signalKey(group) };
    const raw = new Uint8Array(await this.#key.key);
    const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, [way]);
    const additionalData = concat(state.log, u64(group.epoch));
    const parameters = { name: 'AES-GCM', iv: new Uint8Array(nonce), additionalData };
    return new Uint8Array(await crypto.subtle[way](parameters, key, new Uint8Array(data)));
  }
}
