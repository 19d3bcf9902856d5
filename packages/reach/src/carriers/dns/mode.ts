/**
 * How answers come down: by which records, how long, over UDP or TCP. Found out by trying, since resolvers differ in
 * what they let pass, and anybody may stand in for them.
 */

import { equal } from '@polynya/protocol/bytes';
import {
  DNS_ASK,
  DNS_SALT,
  dnsRoom,
  dnsTrialAnswer,
  encodeDnsQuery,
} from '@polynya/protocol/dns-query';
import type { Clock, Random } from '../../clock.ts';
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

/** The best of those that work. Rejects if none does, or when `signal` aborts. */
export async function findMode(
  ask: Ask,
  zone: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  signal: AbortSignal,
): Promise<WorkingMode> {
  for (let round = 0; round < TRIAL.rounds; round++) {
    signal.throwIfAborted();
    const found = await tryAll(ask, zone, clock, random, signal);
    if (found) return found;
  }
  signal.throwIfAborted();
  throw new Error('the resolver passes on nothing of this zone');
}

function tryAll(
  ask: Ask,
  zone: string,
  clock: Clock,
  random: Random,
  signal: AbortSignal,
): Promise<WorkingMode | null> {
  const { promise, resolve } = Promise.withResolvers<WorkingMode | null>();
  const over = new AbortController();
  const outcomes: (WorkingMode | 'failed' | undefined)[] = MODES.map(() => undefined);
  let cancelWait: (() => void) | undefined;
  const end = (): void => {
    const best = outcomes.find((outcome) => outcome !== undefined && outcome !== 'failed');
    resolve(best ?? null);
  };
  const cancel = clock.setTimeout(end, TRIAL.patience);
  signal.addEventListener('abort', end, { once: true });
  for (const [index, mode] of MODES.entries()) {
    void tryMode(ask, zone, mode, random, over.signal).then((size) => {
      outcomes[index] = size >= LEAST ? { ...mode, size } : 'failed';
      const best = outcomes.findIndex((outcome) => outcome !== undefined && outcome !== 'failed');
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
async function tryMode(
  ask: Ask,
  zone: string,
  mode: Mode,
  random: Random,
  signal: AbortSignal,
): Promise<number> {
  const salt = random(DNS_SALT);
  const fill = random(fillFor(mode, zone, 2 + DNS_SALT));
  const name = encodeDnsQuery({ ask: 'trial', most: mode.most, salt }, zone, fill);
  const answer = await askBy(mode, name, ask, signal).catch(() => null);
  return answer && equal(answer, dnsTrialAnswer(salt, answer.length)) ? answer.length : 0;
}

/** The bytes that an answer brings down. Rejects if none comes, or one that is not the zone's. */
export async function askBy(
  mode: Mode,
  name: string,
  ask: Ask,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { type, edns, most } = mode;
  const query = { name, type, most: edns ? most : null };
  let answer = await ask(query, mode.via, signal);
  if (answer.truncated && mode.via === 'udp') answer = await ask(query, 'tcp', signal);
  const bytes = answer.rcode === RCODE.ok ? fromRecords(type, answer.records) : null;
  if (!bytes) throw new Error('an answer that is not the zone’s');
  return bytes;
}

/** Bytes that fill up a question for a piece of an answer, so that it may be answered at full length. */
export function fillOf(mode: Mode, zone: string): number {
  return fillFor(mode, zone, DNS_ASK);
}

function fillFor({ via, most, edns }: Mode, zone: string, said: number): number {
  if (via === 'tcp') return 0;
  const letters = Math.ceil(most / AMPLIFICATION) - AROUND - (edns ? OPT_RECORD : 0);
  return Math.max(0, dnsRoom(zone, letters) - said);
}
