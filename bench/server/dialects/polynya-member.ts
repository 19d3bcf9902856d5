/**
 * One session of the load on one connection: seals every call, opens every answer. Of pushes it opens the
 * first of each length, one in `CHECKED` after that, and whatever came with an answer: entries of one size
 * make envelopes of one length for each number of them. What it opens has to be the next of its log.
 */
import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { encodeCbor } from '@polynya/protocol/cbor';
import { HANDLE, NONCE, OVERHEAD, padme, TAG, unpad } from '@polynya/protocol/envelope';
import { errorName } from '@polynya/protocol/protocol-error';
import {
  type Call,
  down,
  type Item,
  type Op,
  type Request,
  type Result,
  results,
  up,
} from '@polynya/protocol/requests';
import type { Codec } from '@polynya/protocol/schema';
import { systemRandom } from '@polynya/reach/clock';
import { openGcm } from '@polynya/reach/seal/hpke-recipient';
import type { Heard } from './dialect.ts';
import type { Line } from './line.ts';
import { askRecord, flight, type SessionSecrets, type Target } from './polynya-flight.ts';
import { eachMessage, frameOf, upgrade } from './web-socket.ts';

const CHECKED = 16;
const EMPTY = new Uint8Array(0);

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly op: Op;
}

export class PolynyaMember {
  /** Hears entries with a body: what others said. Of own entries `onOwn` hears. */
  heard: Heard = () => undefined;
  onOwn: Heard = () => undefined;
  /** Opens every envelope: several acknowledgements may share one of the least length. */
  thorough = false;
  readonly #line: Line;
  readonly #up: KeyObject;
  readonly #down: Uint8Array;
  readonly #handle: Uint8Array;
  readonly #waiting = new Map<number, Waiting>();
  /** How many entries an envelope of this length brings. */
  readonly #entriesIn = new Map<number, number>();
  #lastSeq = 0;
  #sinceChecked = 0;
  #seq = 0;
  #lastCall = 0;

  private constructor(line: Line, { up: upKey, down: downKey, handle }: SessionSecrets) {
    this.#line = line;
    this.#up = createSecretKey(upKey);
    this.#down = downKey;
    this.#handle = handle;
    line.handOver((chunk) => eachMessage(chunk, (message) => this.#take(message)));
  }

  /** What a server's record says, asked for over a line that is left to the caller. */
  static async target(line: Line, identity: Uint8Array): Promise<Target> {
    await upgrade(line, '/s');
    const { envelope, read } = askRecord(identity);
    return read(await exchange(line, envelope));
  }

  static async connect(line: Line, target: Target): Promise<PolynyaMember> {
    await upgrade(line, '/s');
    const { envelope, open } = flight(target);
    return new PolynyaMember(line, open(await exchange(line, envelope)));
  }

  ask<O extends Op>(op: O, fields: Omit<Extract<Request, { op: O }>, 'op'>): Promise<Result<O>> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastCall;
      this.#waiting.set(id, { op, resolve: resolve as (value: unknown) => void, reject });
      this.#send([{ id, request: { op, ...fields } as unknown as Request }]);
    });
  }

  /** Appends a message to the log with number 1; its answer is looked at like a push. */
  append(body: Uint8Array): void {
    const id = ++this.#lastCall;
    const entries = [{ id: systemRandom(16), epoch: 0, body }];
    this.#send([{ id, request: { op: 'append', n: 1, entries } }]);
  }

  #send(calls: Call[]): void {
    const cbor = encodeCbor(up.encode({ seq: this.#seq++, calls }));
    const length = padme(OVERHEAD.up + cbor.length);
    const { frame, at } = frameOf(length);
    const nonce = systemRandom(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#up, nonce).setAAD(this.#handle);
    const plaintext = new Uint8Array(length - OVERHEAD.up);
    plaintext.set(cbor);
    frame.set(this.#handle, at);
    frame.set(nonce, at + HANDLE);
    frame.set(cipher.update(plaintext), at + HANDLE + NONCE);
    cipher.final();
    frame.set(cipher.getAuthTag(), at + length - TAG);
    this.#line.write(frame);
  }

  #take(message: Buffer): void {
    const known = this.#entriesIn.get(message.length);
    const due = this.thorough || this.#waiting.size > 0 || ++this.#sinceChecked >= CHECKED;
    if (known === undefined || due) {
      this.#sinceChecked = 0;
      this.#open(message);
    } else if (known > 0) {
      this.#lastSeq += known;
      this.heard(known);
    } else this.onOwn(1);
  }

  #open(message: Buffer): void {
    const opened = openGcm(this.#down, message.subarray(0, NONCE), message.subarray(NONCE), EMPTY);
    if (!opened) throw new Error('an envelope that does not open');
    let heard = 0;
    let own = 0;
    for (const item of down.decode(unpad(opened)).items) {
      if (item.item === 'push') {
        for (const { seq, body } of item.entries) {
          if (seq !== this.#lastSeq + 1 && this.#lastSeq > 0 && body.length > 0) {
            throw new Error(`entry ${seq} came after ${this.#lastSeq}`);
          }
          this.#lastSeq = seq;
          if (body.length > 0) heard++;
          else own++;
        }
      } else if (item.item === 'nudge') throw new Error('the server nudges: it is too far behind');
      else if (item.item === 'answer' || item.item === 'refusal') this.#settle(item);
    }
    this.#entriesIn.set(message.length, heard);
    if (heard > 0) this.heard(heard);
    if (own > 0) this.onOwn(own);
  }

  #settle(item: Extract<Item, { item: 'answer' | 'refusal' }>): void {
    const waiting = this.#waiting.get(item.id);
    this.#waiting.delete(item.id);
    if (item.item === 'refusal') {
      const error = new Error(`refused: ${errorName(item.code)} ${item.note}`);
      if (!waiting) throw error;
      waiting.reject(error);
    } else if (waiting) {
      const codec = results[waiting.op] as unknown as Codec<unknown>;
      waiting.resolve(codec.decode(item.value));
    }
  }
}

/** Sends one envelope and resolves with the one that answers it. */
function exchange(line: Line, envelope: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    line.onClose = () => reject(new Error('the server closed the connection'));
    line.handOver((chunk) => eachMessage(chunk, (message) => resolve(new Uint8Array(message))));
    const { frame, at } = frameOf(envelope.length);
    frame.set(envelope, at);
    line.write(frame);
  });
}
