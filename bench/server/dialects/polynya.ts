/** Polynya as its clients speak it: a session each, logs that both ends watch, entries as long as sealed texts are. */
import { createHash } from 'node:crypto';
import { systemRandom } from '@polynya/reach/clock';
import type { Backlog, Dialect, Heard, Speaker } from './dialect.ts';
import { each, Lines } from './lines.ts';
import type { Target } from './polynya-flight.ts';
import { PolynyaMember } from './polynya-member.ts';
import { PING } from './web-socket.ts';

/**
 * What end-to-end encryption adds to a text (content, MLS framing, signature, tag), in bytes; `bench -- wire`
 * measures it.
 */
const SEALED = 139;
/** Entries of one append. */
const BATCH = 16;
/** s after which each line says that it is there, as clients do, whom the server would take for gone otherwise. */
const HEARTBEAT = 30;
/** Bytes that one read asks for: as much as an envelope takes. */
const READ = 122_880;

const hashOf = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(bytes).digest());

interface Log {
  readonly log: Uint8Array;
  readonly secret: Uint8Array;
}

export class PolynyaDialect implements Dialect {
  readonly #lines: Lines;
  readonly #identity: Uint8Array;
  readonly #invite: Uint8Array;
  readonly #allowance = systemRandom(32);
  #target: Promise<Target> | undefined;
  #admitted: Promise<unknown> | undefined;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(port: number, identity: Uint8Array, invite: Uint8Array) {
    this.#lines = new Lines(port);
    this.#identity = identity;
    this.#invite = invite;
    let second = 0;
    this.#heartbeat = setInterval(() => {
      second++;
      // Not all at once.
      for (const line of this.#lines.share(second % HEARTBEAT, HEARTBEAT)) line.write(PING);
    }, 1_000);
  }

  async greet(): Promise<void> {
    const line = await this.#lines.open();
    await PolynyaMember.target(line, this.#identity);
    this.#lines.end(line);
  }

  async pair(_number: number, bytes: number, heard: Heard): Promise<Speaker> {
    const { log, speaker } = await this.#speaker();
    const listener = await this.#connect();
    listener.heard = heard;
    await watch(listener, log);
    const body = systemRandom(bytes + SEALED);
    return { say: () => speaker.append(body) };
  }

  async room(members: number, bytes: number, heard: Heard): Promise<Speaker> {
    const { log, speaker } = await this.#speaker();
    speaker.onOwn = heard;
    speaker.thorough = true;
    await each(members - 1, 16, async () => {
      const listener = await this.#connect();
      listener.heard = heard;
      await watch(listener, log);
    });
    const body = systemRandom(bytes + SEALED);
    return { say: () => speaker.append(body) };
  }

  async backlog(_number: number, texts: number, bytes: number): Promise<Backlog> {
    const { log, speaker } = await this.#speaker();
    const body = systemRandom(bytes + SEALED);
    for (let stored = 0; stored < texts; stored += BATCH) {
      const entries = Array.from({ length: Math.min(BATCH, texts - stored) }, () => ({
        id: systemRandom(16),
        epoch: 0,
        body,
      }));
      await speaker.ask('append', { n: 1, entries });
    }
    return { drain: () => this.#drain(log, texts) };
  }

  async idler(_number: number): Promise<void> {
    await this.#speaker();
  }

  traffic() {
    return this.#lines.traffic();
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#lines.close();
  }

  /** Comes as anew: record, session, log, and reads to its end. */
  async #drain(log: Log, texts: number): Promise<void> {
    const target = await this.#readTarget();
    const reader = await PolynyaMember.connect(await this.#lines.open(), target);
    await watch(reader, log);
    let next = 1;
    while (next <= texts) {
      const { entries } = await reader.ask('read', { n: 1, from: next, bytes: READ });
      for (const { seq, body } of entries) {
        if (seq !== next++ || body.length <= SEALED) throw new Error(`entry ${seq} is wrong`);
      }
    }
  }

  /** Somebody with a new log, which they watch. */
  async #speaker(): Promise<{ log: Log; speaker: PolynyaMember }> {
    const speaker = await this.#connect();
    this.#admitted ??= speaker.ask('admit', { invite: this.#invite, allowance: this.#allowance });
    await this.#admitted;
    const log = { log: systemRandom(16), secret: systemRandom(32) };
    const allowance = this.#allowance;
    await speaker.ask('create', { log: log.log, kind: 0, hash: hashOf(log.secret), allowance });
    await watch(speaker, log);
    return { log, speaker };
  }

  async #connect(): Promise<PolynyaMember> {
    this.#target ??= this.#readTarget();
    return PolynyaMember.connect(await this.#lines.open(), await this.#target);
  }

  async #readTarget(): Promise<Target> {
    const line = await this.#lines.open();
    const target = await PolynyaMember.target(line, this.#identity);
    this.#lines.end(line);
    return target;
  }
}

async function watch(member: PolynyaMember, log: Log): Promise<void> {
  await member.ask('open', { n: 1, ...log });
  await member.ask('watch', { n: 1 });
}
