/**
 * What was asked to be appended to logs in one turn, decided by the rules on rows as they were last known.
 * Only where the row still is the same does the database apply the outcome (`log-statements.ts`); else
 * the log is loaded and decided anew.
 */

import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, NewEntry, Turn } from '@polynya/protocol/requests';
import { keyOf } from '@polynya/reach/key-of';
import {
  type Access,
  decideAppend,
  decideCommit,
  type Found,
  type LogRow,
} from '../../delivery/log-rules.ts';

/** One request to append or commit. */
export interface Ask {
  readonly log: Uint8Array;
  readonly access: Access;
  readonly entries: readonly NewEntry[];
  /** Of a Commit, whose one entry it belongs to. */
  readonly turn: Turn | null;
  /** False when a rate limit is reached. */
  readonly may: boolean;
  readonly resolve: (told: { seqs: number[]; repeated: boolean }) => void;
  readonly reject: (error: unknown) => void;
}

/** A log as the database has it, or as it was last known to be. */
export interface Known {
  readonly row: LogRow;
  /** Of a row that was just loaded: what else the rules ask for. A remembered row has none. */
  readonly loaded?: {
    /** Entries with the ids in question, by id (`keyOf`). */
    readonly found: ReadonlyMap<string, Found>;
    /** Hashes (`keyOf`) among those in question that are capabilities of the log. */
    readonly capabilities: ReadonlySet<string>;
    /** Hashes (`keyOf`) among those in question that are contact tokens of the log. */
    readonly tokens: ReadonlySet<string>;
  };
}

/** What is to become of a log, and what to tell whom if it does. */
export interface Plan {
  readonly log: Uint8Array;
  readonly was: LogRow;
  readonly row: LogRow;
  readonly entries: readonly Entry[];
  /** Contact tokens that have to be there still. */
  readonly tokens: readonly Uint8Array[];
  /** Tells everybody; only once the plan came true. */
  readonly settle: () => void;
}

/**
 * Decides on all that is asked of one log, in order. Undefined if somebody would be refused by a row that
 * is only remembered: it has to be loaded first.
 */
export function plan(log: Uint8Array, asks: readonly Ask[], known: Known): Plan | undefined {
  const found = new Map(known.loaded?.found);
  const capabilities = new Set(known.loaded?.capabilities);
  const entries: Entry[] = [];
  const tokens: Uint8Array[] = [];
  const tellings: (() => void)[] = [];
  let row = known.row;
  for (const ask of asks) {
    try {
      const { access, turn } = ask;
      if (access.role === 'contact') {
        const there = !known.loaded || known.loaded.tokens.has(keyOf(access.token));
        if (!there) throw new ProtocolError('not-found');
        tokens.push(access.token);
      }
      const outcome = decide(row, ask, found, capabilities);
      if (outcome.repeated) {
        tellings.push(() => ask.resolve({ seqs: outcome.seqs, repeated: true }));
        continue;
      }
      row = outcome.row;
      entries.push(...outcome.entries);
      for (const entry of outcome.entries) found.set(keyOf(entry.id), entry);
      if (turn) capabilities.add(keyOf(turn.next));
      const seqs = outcome.entries.map(({ seq }) => seq);
      tellings.push(() => ask.resolve({ seqs, repeated: false }));
    } catch (error) {
      if (!known.loaded) return undefined;
      tellings.push(() => ask.reject(error));
    }
  }
  const settle = () => {
    for (const tell of tellings) tell();
  };
  return { log, was: known.row, row, entries, tokens, settle };
}

function decide(
  row: LogRow,
  { access, entries, turn, may }: Ask,
  found: ReadonlyMap<string, Found>,
  capabilities: ReadonlySet<string>,
) {
  const there = entries.map(({ id }) => found.get(keyOf(id)));
  if (!turn) return decideAppend(row, access, entries, there, may);
  const [entry] = entries;
  if (!entry) throw new TypeError('a Commit is one entry');
  const taken = capabilities.has(keyOf(turn.next));
  return decideCommit(row, access, entry, turn, there[0], taken, may);
}
