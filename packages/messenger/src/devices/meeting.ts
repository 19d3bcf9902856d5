/**
 * Where two devices meet: a log that both find by the secret of a code, with no name on it. Every entry is sealed
 * under that secret; what somebody else leaves there does not open and is passed over.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry } from '@polynya/protocol/requests';
import type { Connection } from '@polynya/reach/client/client';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import type { Random } from '@polynya/reach/clock';
import { decodeStep, encodeStep, meetingSecrets, type Step, type StepOf } from './link-steps.ts';

const NONCE = 12;

export class Meeting {
  readonly #connection: Connection;
  readonly #random: Random;
  readonly #secrets: ReturnType<typeof meetingSecrets>;
  readonly #log: LogHandle;
  readonly #heard: Step[] = [];
  readonly #waiting = new Set<() => void>();
  #unwatch: (() => void) | null = null;
  #refused: ProtocolError | null = null;

  constructor(connection: Connection, secret: Uint8Array, random: Random) {
    this.#connection = connection;
    this.#random = random;
    this.#secrets = meetingSecrets(secret);
    this.#log = connection.log(this.#secrets.log, this.#secrets.open);
  }

  /** @throws ProtocolError */
  async create(allowance: Uint8Array): Promise<void> {
    const { log, open } = this.#secrets;
    const hash = sha256(open);
    await this.#connection.call({ op: 'create', log, kind: 0, hash, allowance });
  }

  /** @throws ProtocolError */
  async say(step: Step): Promise<void> {
    const iv = new Uint8Array(this.#random(NONCE));
    const sealed = await crypto.subtle.encrypt(
      this.#parameters(iv),
      await this.#key(),
      concat(encodeStep(step)),
    );
    const body = concat(iv, new Uint8Array(sealed));
    await this.#log.append([{ id: this.#random(16), epoch: 0, body }]);
  }

  /** The first of this kind that was said here, now or later. @throws ProtocolError 'not-found': there is no such place */
  async hear<S extends Step['step']>(kind: S): Promise<StepOf<S>> {
    this.#unwatch ??= this.#log.watch(
      {
        entries: (entries) => this.#take(entries),
        refused: (error) => {
          this.#refused = error;
          for (const tell of this.#waiting) tell();
        },
      },
      1,
    );
    for (;;) {
      const said = this.#heard.find(({ step }) => step === kind);
      if (said) return said as StepOf<S>;
      if (this.#refused) throw this.#refused;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Nothing more is heard; with `end` the code opens nothing new for anybody. */
  async close(end: boolean): Promise<void> {
    this.#refused ??= new ProtocolError('expired', 'the meeting is over');
    for (const tell of this.#waiting) tell();
    this.#unwatch?.();
    if (end) {
      const entry = { id: this.#random(16), epoch: 0, body: new Uint8Array(1) };
      const turn = { closes: true, next: sha256(this.#random(32)) };
      await this.#log.commit(entry, turn, { patience: 0 }).catch(() => {
        // The code is forgotten here anyway: nobody answers what is left there.
      });
    }
    this.#log.close();
  }

  async #take(entries: readonly Entry[]): Promise<void> {
    for (const { body } of entries) {
      const step = await this.#open(body);
      if (step) this.#heard.push(step);
    }
    for (const tell of this.#waiting) tell();
    this.#waiting.clear();
  }

  async #open(body: Uint8Array): Promise<Step | null> {
    try {
      const iv = new Uint8Array(body.slice(0, NONCE));
      const sealed = new Uint8Array(body.slice(NONCE));
      const plain = await crypto.subtle.decrypt(this.#parameters(iv), await this.#key(), sealed);
      return decodeStep(new Uint8Array(plain));
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof DOMException) return null;
      throw error;
    }
  }

  #parameters(iv: Uint8Array<ArrayBuffer>) {
    return { name: 'AES-GCM', iv, additionalData: concat(this.#secrets.log) };
  }

  #key(): Promise<CryptoKey> {
    const raw = concat(this.#secrets.seal);
    return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  }
}
