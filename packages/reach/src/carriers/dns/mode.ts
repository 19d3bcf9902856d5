/**
 * How answers come down: by which records, how long, over UDP or TCP. Found out by trying, since resolvers differ in
 * what they let pass, and anybody may stand in for them.
 */
import {
  DNS_ASK,
  type DnsQuery,
  dnsName,
  dnsRoom,
  encodeDnsQuery,
} from '@polynya/protocol/dns-query';
import type { Clock } from '../../clock.ts';
import { COVER, type Cover } from '../cover.ts';
import { OPT_RECORD, RCODE, TYPE } from './message.ts';
import { type Carrying, fromRecords } from './records.ts';
import type { Ask } from './resolver.ts';

export interface Mode {
  readonly type: Carrying;
  readonly via: 'udp' | 'tcp';
  /** Bytes of a message with an answer. */
  readonly most: number;
  /** Whether that is told the resolver (EDNS), which else takes it for 512. */
  readonly edns: boolean;
}

/** A mode that works, and how many bytes came down at once when it was tried. */
export interface WorkingMode extends Mode {
  readonly size: number;
}

/** The best first. */
const MODES: readonly Mode[] = [
  { type: TYPE.TXT, via: 'udp', most: 1_232, edns: true },
  { type: TYPE.TXT, via: 'udp', most: 512, edns: false },
  { type: TYPE.NULL, via: 'udp', most: 1_232, edns: true },
  { type: TYPE.TXT, via: 'tcp', most: 2_040, edns: true },
  { type: TYPE.AAAA, via: 'udp', most: 1_232, edns: true },
  { type: TYPE.AAAA, via: 'udp', most: 512, edns: false },
  { type: TYPE.A, via: 'udp', most: 512, edns: false },
];
/** An answer that brings less down is no better than none, in bytes. */
const LEAST = 24;
/** ms: how long trials may take, how often they are begun, and how long better ones are waited for. */
const TRIAL = { patience: 4_000, rounds: 4, better: 600 };
/** Of an answer over UDP a query is at least so large a part (docs/protocol.md section 2). */
const AMPLIFICATION = 4;
/** Bytes of a query besides its name: header, type and class, and what stands around a name. */
const AROUND = 18;

/** Whom to ask, and for names of which zone. */
export interface Asking {
  readonly ask: Ask;
  readonly zone: string;
  readonly cover: Cover;
}

/** The best of those that work. Rejects if none does, or when `signal` aborts. */
export async function findMode(
  asking: Asking,
  clock: Clock,
  signal: AbortSignal,
): Promise<WorkingMode> {
  for (let round = 0; round < TRIAL.rounds; round++) {
    signal.throwIfAborted();
    const found = await tryAll(asking, clock, signal);
    if (found) return found;
  }
  signal.throwIfAborted();
  throw new Error('the resolver passes on nothing of this zone');
}

function tryAll(asking: Asking, clock: Clock, signal: AbortSignal): Promise<WorkingMode | null> {
  const { promise, resolve } = Promise.withResolvers<WorkingMode | null>();
  const over = new AbortController();
  const outcomes: (WorkingMode | 'failed' | undefined)[] = MODES.map(() => undefined);
  let cancelWait: (() => void) | undefined;
  const end = (): void => resolve(outcomes.find((one) => typeof one === 'object') ?? null);
  const cancel = clock.setTimeout(end, TRIAL.patience);
  signal.addEventListener('abort', end, { once: true });
  for (const [index, mode] of MODES.entries()) {
    void tryMode(asking, mode, over.signal).then((size) => {
      outcomes[index] = size >= LEAST ? { ...mode, size } : 'failed';
      const best = outcomes.findIndex((one) => typeof one === 'object');
      const known = outcomes.slice(0, best < 0 ? outcomes.length : best);
      if (known.every((outcome) => outcome !== undefined)) end();
      else if (best >= 0) cancelWait ??= clock.setTimeout(end, TRIAL.better);
    });
  }
  return promise.finally(() => {
    cancel();
    cancelWait?.();
    over.abort();
    signal.removeEventListener('abort', end);
  });
}

/** How many bytes came down; 0 if nothing did, or something else than was asked for. */
async function tryMode(asking: Asking, mode: Mode, signal: AbortSignal): Promise<number> {
  const query = { ask: 'trial', most: mode.most } as const;
  const zeros = await askBy(mode, query, asking, signal).catch(() => null);
  return zeros?.length ?? 0;
}

/** The bytes that an answer brings down. Rejects if none comes, or one that is not the zone's. */
export async function askBy(
  mode: Mode,
  query: DnsQuery,
  { ask, zone, cover }: Asking,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { type, edns, most, via } = mode;
  const covered = cover.coverQuery(encodeDnsQuery(query, fillFor(mode, query, zone)));
  const question = { name: dnsName(covered, zone), type, most: edns ? most : null };
  let answer = await ask(question, via, signal);
  if (answer.truncated && via === 'udp') answer = await ask(question, 'tcp', signal);
  const bytes = answer.rcode === RCODE.ok ? fromRecords(type, answer.records) : null;
  const said = bytes && cover.openAnswer(covered, bytes);
  if (!said) throw new Error('an answer that is not the zone’s');
  return said;
}

/** Bytes that fill up a question, so that it may be answered at full length. */
function fillFor({ via, most, edns }: Mode, { ask }: DnsQuery, zone: string): number {
  if (via === 'tcp' || ask === 'piece') return 0;
  const letters = Math.ceil(most / AMPLIFICATION) - AROUND - (edns ? OPT_RECORD : 0);
  return Math.max(0, dnsRoom(zone, letters) - COVER.query - DNS_ASK);
}
