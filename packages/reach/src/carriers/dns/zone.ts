/**
 * The server's end of the DNS carrier: an authoritative server for one zone (RFC 1035 section 6.2), whose names are
 * what clients say. It asks nobody else, and no answer over UDP is much longer than its query.
 */
import { type DnsQuery, decodeDnsQuery, dnsNameBytes } from '@polynya/protocol/dns-query';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { encodeDownSip } from '@polynya/protocol/sip';
import { COVER, type Cover } from '../cover.ts';
import {
  type AnswerOptions,
  decodeQuestion,
  encodeAnswer,
  encodeName,
  OPT_RECORD,
  type Question,
  RCODE,
  TYPE,
} from './message.ts';
import type { Pieces } from './pieces.ts';
import { bytesIn, isCarrying, toRecords } from './records.ts';

/** Bytes of an answer over UDP: for whoever says nothing of it (RFC 1035 section 4.2.1), and at most. */
const UDP = { usual: 512, most: 1_232 };
const TCP = 4_096;
/** No answer over UDP is longer than so many times its query: a forged sender gains little by asking here. */
const AMPLIFICATION = 4;
const HEADER = 12;
/** State, total and offset of what comes down. */
const DOWN = 9;

export interface ZoneOptions {
  /** Lower case, without a dot at its end. */
  readonly zone: string;
  /** What the zone's parent calls this server. */
  readonly nameserver: string;
  /** Who does not know its key is answered as by a zone that has no names. */
  readonly cover: Cover;
  readonly pieces: Pieces;
}

export class Zone {
  readonly #options: ZoneOptions;

  constructor(options: ZoneOptions) {
    this.#options = options;
  }

  /** The answer to a message, null for what is no question. Never rejects. */
  async answer(message: Uint8Array, via: 'udp' | 'tcp'): Promise<Uint8Array | null> {
    const asked = decodeQuestion(message);
    if (!asked) return null;
    const most = via === 'tcp' ? TCP : UDP.most;
    const say = (options: AnswerOptions) => encodeAnswer(message, asked, { ...options, most });
    if (asked.opcode !== 0) return say({ rcode: RCODE.notImplemented });
    const name = asked.name.toLowerCase();
    const { zone } = this.#options;
    if (!asked.internet || (name !== zone && !name.endsWith(`.${zone}`))) {
      return say({ rcode: RCODE.refused });
    }
    if (name === zone && (asked.type === TYPE.NS || asked.type === TYPE.SOA)) {
      return say({ records: [asked.type === TYPE.NS ? this.#nameserver : this.#authority.data] });
    }
    const covered = isCarrying(asked.type) ? orNull(() => dnsNameBytes(name, zone)) : null;
    const query = covered && this.#opened(covered);
    // Never "no such name": a resolver that asks label by label (RFC 9156) would go no further.
    if (!query || !isCarrying(asked.type)) return say({ authority: this.#authority });
    const room = bytesIn(asked.type, roomFor(asked, query, via, message.length));
    const size = room - COVER.answer;
    if (size <= DOWN) return say({ truncated: true });
    const down =
      query.ask === 'trial'
        ? new Uint8Array(size)
        : encodeDownSip(await this.#options.pieces.take(query, size - DOWN));
    const bytes = this.#options.cover.coverAnswer(covered, down);
    return say({ records: toRecords(asked.type, bytes) });
  }

  #opened(covered: Uint8Array): DnsQuery | null {
    const said = this.#options.cover.openQuery(covered);
    return said && orNull(() => decodeDnsQuery(said));
  }

  get #nameserver(): Buffer {
    return encodeName(this.#options.nameserver);
  }

  get #authority() {
    const { zone } = this.#options;
    // Serial, refresh, retry, expire, and how long it is kept that there is nothing, in seconds: not at all.
    const times = Buffer.alloc(20);
    for (const [at, value] of [1, 3_600, 600, 86_400, 0].entries())
      times.writeUInt32BE(value, 4 * at);
    const data = Buffer.concat([this.#nameserver, encodeName(`hostmaster.${zone}`), times]);
    return { name: zone, type: TYPE.SOA, data };
  }
}

/** Bytes that the records of an answer may take. */
function roomFor(asked: Question, query: DnsQuery, via: 'udp' | 'tcp', length: number): number {
  const udp = Math.min(Math.max(UDP.usual, asked.most ?? 0), UDP.most, AMPLIFICATION * length);
  const whole = Math.min(query.most, via === 'tcp' ? TCP : udp);
  return whole - HEADER - asked.length - (asked.most === null ? 0 : OPT_RECORD);
}

/** Null for what is malformed. */
function orNull<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
