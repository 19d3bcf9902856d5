/** What an engine tells the host about what it holds: counts, sums and hours, and nobody's data. */
import type { Share } from '../limits/allowance-share.ts';

/** One table, as the database itself describes it. */
export interface TableCensus {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Of the oldest row, in hours since 1970; null where rows have no time, or there are none. */
  readonly oldest: number | null;
}

/** An invite of the host that still admits. */
export interface OpenInvite {
  /** The first 4 bytes of its hash: to tell one from another. */
  readonly id: Uint8Array;
  /** Left. */
  readonly uses: number;
  /** Seconds since 1970. */
  readonly until: number;
  /** What each use carries. */
  readonly each: Share;
}

export interface Quotas {
  readonly invites: readonly OpenInvite[];
  /** Of invites that people made for people: how many, and uses left in all. */
  readonly granted: { readonly invites: number; readonly uses: number };
  /** How many allowances there are, and what all of them have left together. */
  readonly allowances: Share & { readonly count: number };
}

/** Columns that hold hours since 1970, by table. Of a log's entries, the log knows the oldest. */
export const HOUR_COLUMNS: Readonly<Record<string, string>> = {
  log: 'oldest',
  key_package: 'hour',
  blob: 'hour',
};

/** Where each table's oldest hour is asked for, fast: an entry's in `log`, a piece's in `blob`. */
export const oldestIn = (table: string): { table: string; column: string } | undefined => {
  const where = { entry: 'log', piece: 'blob' }[table] ?? table;
  const column = HOUR_COLUMNS[where];
  return column === undefined ? undefined : { table: where, column };
};
