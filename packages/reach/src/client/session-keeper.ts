/**
 * Gets a client its session with one server on whatever carrier there is: by a handle of the session it
 * has, or by a first flight, for which it keeps the server's access record (docs/protocol.md sections 2, 3).
 */
import { equal } from '@polynya/protocol/bytes';
import {
  RECORD_FILL,
  RECORD_NONCE,
  recordAnswerTag,
  recordRequest,
} from '@polynya/protocol/envelope';
import { LIMITS, PROTOCOL_VERSION } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { FirstReply, Item } from '@polynya/protocol/requests';
import type { Clock, Random } from '../clock.ts';
import type { Calls } from './calls.ts';
import { ClientSession } from './client-session.ts';
import type { Conversation } from './conversation.ts';
import { ExpiredRecord, KnownServer } from './known-server.ts';

/** An hour before the server ends a session, a new one is begun. */
const RENEW_AFTER = LIMITS.session - 3_600_000;
/** Bytes of calls that ride in a first flight, which may have to be sent again. */
const FLIGHT_ROOM = 16_384;
/** ... and in one that has to fit in a sip (docs/protocol.md section 2). */
const SIP_ROOM = 1_000;
/** How long a carrier that brings answers or dies is waited for, in ms. */
const SURE = 90_000;
/** The least time that an answer is waited for before the first one came, in ms. */
const PATIENCE = 3_000;
const PROBE_TIMEOUT = 15_000;

/** What the server said of itself when a session began. */
export interface Hello {
  /** The server's clock minus this device's, in ms. */
  readonly offset: number;
  /** The build of the page that the server serves; '' for none. */
  readonly build: string;
  /** The versions that the server speaks. */
  readonly versions: readonly number[];
}

/** Why no session can be had although the server answers: no shared version, or this device's clock is wrong. */
export type Problem = 'version' | 'clock';

export interface SessionKeeperOptions {
  /** The server's Ed25519 public key. */
  readonly identity: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly calls: Calls;
  /** An access record that was saved. */
  readonly record: Uint8Array | undefined;
  readonly versions: readonly number[] | undefined;
  readonly onRecord: (record: Uint8Array, endpoints: readonly string[], fetched: boolean) => void;
  readonly onHello: (hello: Hello) => void;
  /** Gets what came with the first reply. */
  readonly onItem: (item: Item) => void;
}

export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #server: KnownServer;
  #saved: Uint8Array | undefined;
  #session: ClientSession | null = null;
  #unheard: Uint8Array | null = null;
  #number = 0;
  #started = 0;
  #problem: Problem | null = null;
  /** Whether there was no reason to doubt the record since it was saved or fetched. */
  #recordTrusted = true;
  #failures = 0;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
    this.#server = new KnownServer(options.identity);
    this.#saved = options.record;
  }

  /** The session, established or not. */
  get session(): ClientSession | null {
    return this.#session;
  }

  /** Tells the sessions of this connection apart. */
  get number(): number {
    return this.#number;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  /** Whether the session is near the end of its life. */
  get old(): boolean {
    return this.#options.clock.now() - this.#started >= RENEW_AFTER;
  }

  /** Forgets the session. `restarted`: the server has, and so probably has new keys too. */
  forget(restarted = false): void {
    if (restarted) this.#recordTrusted = false;
    this.#session?.end();
    this.#session = null;
    this.#unheard = null;
  }

  /**
   * A handle under which nothing was heard, over a carrier that cannot tell whether anybody is there:
   * asking again from the same place, which a volunteer's is not, needs no other, and being offline would use them all up.
   */
  giveBack(handle: Uint8Array): void {
    this.#unheard = handle;
  }

  /** The network may be another, where what was sent before must not be sent again: it would link both. */
  moved(): void {
    this.#unheard = null;
  }

  /** Reads the saved record, if there is one: it may lead to more endpoints. */
  async prepare(): Promise<void> {
    const saved = this.#saved;
    this.#saved = undefined;
    if (saved) await this.#learn(saved, false);
  }

  /** Asks for more handles when few are left. Without any, the next carrier begins a new session. */
  restock(): void {
    const session = this.#session;
    if (!session || session.handlesLeft > 1) return;
    this.#options.calls
      .add('handles', null, () => ({ op: 'handles', count: 4 }))
      .then(
        ({ handles }) => this.#session === session && session.addHandles(handles),
        () => undefined,
      );
  }

  /** Gives this carrier a handle of the session there is, or of a new one. False if that cannot be. */
  async enter(conversation: Conversation): Promise<boolean> {
    if (this.#session && !this.old) {
      conversation.handle = this.#unheard ?? this.#session.takeHandle() ?? null;
      this.#unheard = null;
      if (conversation.handle) return true;
    }
    this.forget();
    const kept = this.#recordTrusted ? this.#server.keyAt(this.#options.clock.now()) : null;
    if (kept) {
      if (await this.#fly(conversation, kept)) return true;
      // The key was kept from before, perhaps from before a restart: no fault of the carrier's.
      if (this.#problem === null) conversation.excused = true;
      return false;
    }
    if (!(await this.#fetchRecord(conversation))) return false;
    const fetched = this.#server.record?.keys[0]?.key;
    return fetched !== undefined && (await this.#fly(conversation, fetched));
  }

  /** Whether the server answers by this carrier: to a small question of the session there is, or to a stranger's. */
  async answers(probe: Conversation, small = false): Promise<boolean> {
    const ms = probe.carrier.sure ? SURE : PROBE_TIMEOUT;
    const session = this.#session;
    const handle = small && session?.established ? session.takeHandle() : undefined;
    if (session && handle) {
      const question = {
        id: Number.MAX_SAFE_INTEGER,
        request: { op: 'handles', count: 1 },
      } as const;
      const open = async (envelope: Uint8Array): Promise<true | null> => {
        const items = await session.open(envelope);
        for (const item of items ?? []) this.#options.onItem(item);
        return items !== null || session.isReset(envelope) || null;
      };
      return (await probe.exchange(await session.seal(handle, [question]), open, ms)) !== null;
    }
    const { request, tag } = this.#recordRequest();
    const open = async (envelope: Uint8Array): Promise<true | null> =>
      equal(envelope.subarray(0, tag.length), tag) || null;
    return (await probe.exchange(request, open, ms)) !== null;
  }

  async #fetchRecord(conversation: Conversation): Promise<boolean> {
    const { request, tag } = this.#recordRequest();
    const open = async (envelope: Uint8Array): Promise<true | null> => {
      if (!equal(envelope.subarray(0, tag.length), tag)) return null;
      return (await this.#learn(envelope.subarray(tag.length), true)) || null;
    };
    const fetched = await conversation.exchange(
      request,
      open,
      this.#patience(request, conversation),
    );
    if (!fetched) this.#failures++;
    this.#recordTrusted = fetched === true;
    return this.#recordTrusted;
  }

  #recordRequest(): { request: Uint8Array; tag: Uint8Array } {
    const { random, identity } = this.#options;
    const nonce = random(RECORD_NONCE);
    return {
      request: recordRequest(identity, nonce, random(RECORD_FILL)),
      tag: recordAnswerTag(identity, nonce),
    };
  }

  /** Accepts a record, or not. */
  async #learn(record: Uint8Array, fetched: boolean): Promise<boolean> {
    const now = this.#options.clock.now();
    try {
      const { endpoints } = await this.#server.learn(record, now);
      this.#problem = null;
      this.#options.onRecord(new Uint8Array(record), endpoints, fetched);
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (fetched && error instanceof ExpiredRecord) {
        this.#problem = 'clock';
        this.#options.onHello({ offset: error.issued - now, build: '', versions: [] });
      }
      if (fetched && error.code === 'version') {
        this.#problem = 'version';
        this.#options.onHello({ offset: 0, build: '', versions: [] });
      }
      return false;
    }
  }

  /** Sends a first flight with what waits, and takes the first reply. */
  async #fly(conversation: Conversation, serverKey: Uint8Array): Promise<boolean> {
    const { identity, clock, random, calls, versions = [PROTOCOL_VERSION] } = this.#options;
    const number = this.#number + 1;
    calls.resend();
    const { sure } = conversation.carrier;
    const { session, firstFlight } = await ClientSession.begin({
      identity,
      serverKey,
      versions,
      // What was asked in vain may have had an answer that was too long for the line.
      calls: this.#failures > 0 ? [] : calls.take(number, sure ? SIP_ROOM : FLIGHT_ROOM),
      random,
    });
    const sentAt = clock.now();
    this.#number = number;
    this.#session = session;
    const reply = await conversation.exchange(
      firstFlight,
      (envelope) => session.openFirstReply(envelope),
      this.#patience(firstFlight, conversation),
    );
    if (!reply) {
      // The key may be another since a restart, or the reply was lost: either way, begin anew.
      this.#failures++;
      this.forget(true);
      return false;
    }
    this.#failures = 0;
    this.#greet(reply, sentAt);
    if (reply.version === 0) return this.#noVersion(conversation);
    this.#started = sentAt;
    for (const item of reply.items) this.#options.onItem(item);
    conversation.handle = session.takeHandle() ?? null;
    return conversation.handle !== null;
  }

  #greet({ time, build, versions }: FirstReply, sentAt: number): void {
    const { clock, onHello } = this.#options;
    this.#problem = null;
    onHello({ offset: Math.round(time - (sentAt + clock.now()) / 2), build, versions });
  }

  #noVersion(conversation: Conversation): false {
    this.#problem = 'version';
    this.forget();
    conversation.end();
    const { calls } = this.#options;
    calls.rejectAll(new ProtocolError('version', 'no version of the protocol is shared'));
    return false;
  }

  /** How long to wait for an answer to an envelope, in ms: longer after each failure. */
  #patience({ length }: Uint8Array, { carrier }: Conversation): number {
    const { roundTrip } = this.#options.calls;
    return carrier.sure ? SURE : Math.max(PATIENCE, roundTrip.timeout(this.#failures + 1, length));
  }
}
