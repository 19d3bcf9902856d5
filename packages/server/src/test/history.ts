/**
 * What clients sent, were told and heard of one log, and whether it can all be true of the log as it is in
 * the end. Decides from these records alone: the server is not asked what it did.
 */
import { toHex } from '@polynya/protocol/bytes';
import { LIMITS } from '@polynya/protocol/limits';
import type { Entry, NewEntry, Turn } from '@polynya/protocol/requests';

/** Each a count; all but the first are of what no server may do. */
export interface Verdict {
  /** Entries, Commits among them, that the server said were kept. */
  readonly acknowledged: number;
  /** Of these, those that are not in the log. */
  readonly lost: number;
  /** Entries that are in the log twice, or that a watch gave twice. */
  readonly duplicated: number;
  /**
   * Entries that are not where they were said to be, were never sent, came out of order, or stand where
   * the rules of a log have no place for them: gaps, forked Commits, epochs that were closed.
   */
  readonly disordered: number;
}

const bodyOf = ({ epoch, body }: Pick<Entry, 'epoch' | 'body'>) => `${epoch} ${toHex(body)}`;

export class History {
  /** By id. */
  readonly #sent = new Map<string, { content: string; turn: Turn | null }>();
  readonly #told: { id: string; seq: number }[] = [];
  readonly #watches: Entry[][] = [];

  /** These are about to be sent; again and again is no news. */
  sends(entries: readonly NewEntry[], turn: Turn | null = null): void {
    for (const entry of entries) this.#sent.set(toHex(entry.id), { content: bodyOf(entry), turn });
  }

  /** The server said that it kept these. */
  told(entries: readonly NewEntry[], seqs: readonly number[]): void {
    for (const [i, { id }] of entries.entries())
      this.#told.push({ id: toHex(id), seq: seqs[i] ?? 0 });
  }

  /** A watch begins: what it gives is to be handed to the function. */
  watch(): (entries: readonly Entry[]) => void {
    const heard: Entry[] = [];
    this.#watches.push(heard);
    return (entries) => void heard.push(...entries);
  }

  /** `log`: all of it, as a member reads it when all is over. */
  judge(log: readonly Entry[]): Verdict {
    const seqs = new Map<string, number[]>();
    for (const { id, seq } of log) seqs.set(toHex(id), [...(seqs.get(toHex(id)) ?? []), seq]);
    const told = [...new Map(this.#told.map((one) => [`${one.id} ${one.seq}`, one])).values()];
    const lost = told.filter(({ id }) => !seqs.has(id));
    const misplaced = told.filter(({ id, seq }) => seqs.has(id) && !seqs.get(id)?.includes(seq));
    const repeated = log.length - seqs.size;
    const heard = this.#watches.map((entries) => judgeWatch(entries, log));
    const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
    return {
      acknowledged: new Set(told.map(({ id }) => id)).size,
      lost: lost.length,
      duplicated: repeated + sum(heard.map(({ duplicated }) => duplicated)),
      disordered:
        misplaced.length +
        log.filter((entry) => !this.#isSent(entry)).length +
        unruly(log) +
        sum(heard.map(({ disordered }) => disordered)),
    };
  }

  #isSent(entry: Entry): boolean {
    const sent = this.#sent.get(toHex(entry.id));
    if (!sent || sent.content !== bodyOf(entry)) return false;
    const [a, b] = [sent.turn, entry.turn];
    return a?.closes === b?.closes && toHex(a?.next ?? entry.id) === toHex(b?.next ?? entry.id);
  }
}

/** Gaps, Commits that do not make one line, and entries of epochs that the log no longer took. */
function unruly(log: readonly Entry[]): number {
  let [epoch, closed, count] = [0, 0, 0];
  for (const [i, entry] of log.entries()) {
    const least = entry.turn ? epoch : Math.max(closed, epoch - LIMITS.epochs);
    if (entry.seq !== i + 1 || entry.epoch < least || entry.epoch > epoch) count++;
    if (!entry.turn) continue;
    epoch = entry.epoch + 1;
    if (entry.turn.closes) closed = epoch;
  }
  return count;
}

/** A watch may leave something out, which shows as a gap, but gives what it gives once, in order, and as it is. */
function judgeWatch(heard: readonly Entry[], log: readonly Entry[]) {
  let [last, duplicated, disordered] = [0, 0, 0];
  const seen = new Set<number>();
  for (const entry of heard) {
    const { seq, id, body } = entry;
    const stored = log[seq - 1];
    // Whoever sent an entry may hear of it without its body.
    const same = stored && (body.length === 0 || bodyOf(stored) === bodyOf(entry));
    if (seen.has(seq)) duplicated++;
    else if (seq <= last || !same || toHex(stored.id) !== toHex(id)) disordered++;
    seen.add(seq);
    last = Math.max(last, seq);
  }
  return { duplicated, disordered };
}

/** Of several logs together. */
export function total(verdicts: readonly Verdict[]): Verdict {
  const sum = (count: keyof Verdict) => verdicts.reduce((all, one) => all + one[count], 0);
  return {
    acknowledged: sum('acknowledged'),
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    disordered: sum('disordered'),
  };
}
