/**
 * What a log takes and what it shows (docs/protocol.md, section 4), as pure functions over a loaded
 * row. The only place where these rules are: engines load, ask here, and store the outcome.
 */
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { ENTRY_KINDS, type Entry, type NewEntry, type Turn } from '@polynya/protocol/requests';

export const LOG_KINDS = { group: 0, inbox: 1 } as const;

export interface LogRow {
  readonly kind: number;
  /** seq of the last entry, 0 if there was none. */
  readonly head: number;
  /** The least seq that retention has left; head + 1 when it left none. */
  readonly first: number;
  readonly epoch: number;
  /** The epoch that the last closing Commit led to. */
  readonly closed: number;
}

/** What a secret is to a log. */
export type Access =
  | { readonly role: 'member'; readonly epoch: number }
  | { readonly role: 'owner' }
  | { readonly role: 'contact'; readonly token: Uint8Array };

/** The number that each role has in `logState`. */
export const ROLES = { member: 0, owner: 1, contact: 2 } as const;

/** An entry of the log that has one of the ids in question. */
export type Found = Pick<Entry, 'seq' | 'kind' | 'epoch'>;

export type Outcome =
  | { readonly repeated: true; readonly seqs: number[] }
  | { readonly repeated: false; readonly entries: Entry[]; readonly row: LogRow };

export const newLogRow = (kind: number): LogRow => ({
  kind,
  head: 0,
  first: 1,
  epoch: 0,
  closed: 0,
});

/**
 * The highest epoch whose entries are shown; null: all of them.
 * @throws forbidden for a contact token
 */
export function readableEpoch(row: LogRow, access: Access): number | null {
  if (access.role === 'contact') throw forbidden('a contact token does not read');
  return access.role === 'member' && access.epoch < row.closed ? access.epoch : null;
}

/** Whether a watch runs, and signals are taken and handed out. */
export function isLive(row: LogRow, access: Access): boolean {
  return access.role === 'owner' || (access.role === 'member' && access.epoch >= row.closed);
}

/**
 * Decides on a batch of messages or letters. `found[i]` is the entry that has `entries[i].id`.
 * @throws malformed, exists, forbidden, stale, rate
 */
export function decideAppend(
  row: LogRow,
  access: Access,
  entries: readonly NewEntry[],
  found: readonly (Found | undefined)[],
  mayAppend: boolean,
): Outcome {
  const kind = row.kind === LOG_KINDS.inbox ? ENTRY_KINDS.letter : ENTRY_KINDS.message;
  if (entries.some((a, i) => entries.some((b, j) => j < i && isSame(a.id, b.id)))) {
    throw new ProtocolError('malformed', 'one id twice in a batch');
  }
  const repeat = repeated(row, access, found, kind);
  if (repeat) return repeat;
  if (access.role === 'owner') throw forbidden('letters are written with a contact token');
  checkWriter(row, access);
  for (const { epoch } of entries) {
    if (epoch > row.epoch || epoch < row.closed || epoch < row.epoch - LIMITS.epochs) {
      throw new ProtocolError('stale', 'an epoch that the log does not take');
    }
  }
  if (!mayAppend) throw new ProtocolError('rate');
  return {
    repeated: false,
    entries: entries.map((entry, i) => ({ ...entry, seq: row.head + 1 + i, kind, turn: null })),
    row: { ...row, head: row.head + entries.length },
  };
}

/**
 * Decides on a Commit. `nextTaken`: the log has a capability with the hash `turn.next` already.
 * @throws exists, forbidden, stale, rate
 */
export function decideCommit(
  row: LogRow,
  access: Access,
  entry: NewEntry,
  turn: Turn,
  found: Found | undefined,
  nextTaken: boolean,
  mayTurn: boolean,
): Outcome {
  const repeat = repeated(row, access, [found], ENTRY_KINDS.commit);
  if (repeat) return repeat;
  if (row.kind !== LOG_KINDS.group) throw forbidden('an inbox has no Commits');
  checkWriter(row, access);
  if (entry.epoch !== row.epoch) throw new ProtocolError('stale', 'another Commit was first');
  // An old hash would give an epoch to those who hold the old secret.
  if (nextTaken) throw new ProtocolError('exists', 'this capability was used before');
  if (!turn.closes && !mayTurn) throw new ProtocolError('rate');
  const epoch = row.epoch + 1;
  return {
    repeated: false,
    entries: [{ ...entry, seq: row.head + 1, kind: ENTRY_KINDS.commit, turn }],
    row: { ...row, head: row.head + 1, epoch, closed: turn.closes ? epoch : row.closed },
  };
}

/** Ids are looked at before anything else, so that an answer that was lost can be asked for again. */
function repeated(
  row: LogRow,
  access: Access,
  found: readonly (Found | undefined)[],
  kind: number,
): Outcome | undefined {
  if (found.every((entry) => entry === undefined)) return undefined;
  const there = found.filter((entry) => entry !== undefined);
  const upTo = access.role === 'contact' ? null : readableEpoch(row, access);
  if (upTo !== null && there.some(({ epoch }) => epoch > upTo)) throw removed();
  if (there.length < found.length || there.some((entry) => entry.kind !== kind)) {
    throw new ProtocolError('exists', 'an id is in the log already');
  }
  return { repeated: true, seqs: there.map(({ seq }) => seq) };
}

function checkWriter(row: LogRow, access: Access): void {
  if (access.role !== 'member') return;
  if (access.epoch < row.closed) throw removed();
  if (access.epoch < row.epoch - LIMITS.epochs) {
    throw new ProtocolError('stale', 'a capability that is too old to write with');
  }
}

const isSame = (a: Uint8Array, b: Uint8Array) => a.every((byte, i) => byte === b[i]);

const removed = () => forbidden('the log was closed to this capability');

export function forbidden(why: string): ProtocolError {
  return new ProtocolError('forbidden', why);
}
