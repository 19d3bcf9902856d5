/**
 * Edits, deletions and reactions: content that changes an earlier message instead of being one
 * (docs/protocol.md section 8). Which of them members follow is decided here, from senders and seqs
 * alone, so that every device comes to the same message in whatever order it hears of them.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { Content } from '@polynya/protocol/content';
import { bool, type Infer, list, struct, text, uint, variants } from '@polynya/protocol/schema';
import type { MessageId, PersonId } from '../api.ts';
import type { MessageRow } from './row.ts';

const id = text(32);

export const amendment = variants('kind', {
  edit: [0, { text: text(16_000), mentions: list(id, 64) }],
  delete: [1, {}],
  /** '' takes the reaction back. */
  react: [2, { emoji: text(32) }],
  vote: [3, { options: list(uint(), 12) }],
  close: [4, {}],
  pin: [5, { on: bool }],
});
export type Amendment = Infer<typeof amendment>;

/** One met in the log. */
export const loggedAmendment = struct({ seq: uint(), sender: id, amendment });
export type LoggedAmendment = Infer<typeof loggedAmendment>;

/** An own one that the log does not have yet; a failed one has no effect until it is tried again. */
export const pendingAmendment = struct({ id, sender: id, amendment, failed: bool });
export type PendingAmendment = Infer<typeof pendingAmendment>;

/** The amendment that a content is, and of which message; null for all other content. */
export function amendmentOf(content: Content): { target: MessageId; amendment: Amendment } | null {
  switch (content.kind) {
    case 'edit': {
      const mentions = content.mentions.map(toHex);
      const edit: Amendment = { kind: 'edit', text: content.text, mentions };
      return { target: toHex(content.target), amendment: edit };
    }
    case 'delete':
      return { target: toHex(content.target), amendment: { kind: 'delete' } };
    case 'react':
      return {
        target: toHex(content.target),
        amendment: { kind: 'react', emoji: content.emoji },
      };
    case 'vote':
      return {
        target: toHex(content.target),
        amendment: { kind: 'vote', options: content.options },
      };
    case 'close':
      return { target: toHex(content.target), amendment: { kind: 'close' } };
    case 'pin':
      return { target: toHex(content.target), amendment: { kind: 'pin', on: content.on } };
    default:
      return null;
  }
}

/**
 * Whether members follow an amendment by this person: only the sender edits, deletes and closes. Who may pin was
 * judged before (../conversation/contents.ts).
 */
export function mayAmend(row: MessageRow, sender: PersonId, kind: Amendment['kind']): boolean {
  if (row.deleted || (row.poll && kind === 'edit')) return false;
  if (kind === 'vote' || kind === 'close') {
    return row.poll !== null && (kind === 'vote' || sender === row.sender);
  }
  return kind === 'react' || kind === 'pin' || sender === row.sender;
}

/**
 * The message as it is after an amendment; the very same row where that changes nothing. Of edits, of pins, and
 * of one person's reactions, the one with the highest seq stands; a deletion is final.
 */
export function amend(row: MessageRow, { seq, sender, amendment }: LoggedAmendment): MessageRow {
  if (!mayAmend(row, sender, amendment.kind)) return row;
  switch (amendment.kind) {
    case 'edit':
      if (seq <= row.edited) return row;
      return { ...row, text: amendment.text, mentions: amendment.mentions, edited: seq };
    case 'delete':
      return {
        ...row,
        deleted: true,
        text: '',
        mentions: [],
        file: null,
        reactions: [],
        edited: 0,
        poll: null,
        pin: null,
      };
    case 'pin':
      return row.pin && seq <= row.pin.seq ? row : { ...row, pin: { seq, on: amendment.on } };
    case 'react': {
      const before = row.reactions.find(({ person }) => person === sender);
      if (before && seq <= before.seq) return row;
      if (!before && row.reactions.length === PEOPLE) return row;
      // One taken back stays as '', so that an older one that comes late does not return.
      const others = row.reactions.filter(({ person }) => person !== sender);
      const own = { person: sender, emoji: amendment.emoji, seq };
      return { ...row, reactions: [...others, own].sort((a, b) => a.seq - b.seq) };
    }
    case 'vote':
    case 'close':
      return decided(row, { seq, sender, amendment });
  }
}

/**
 * The first closing stands. Votes that another one replaced are kept, the newest few of each person, for which of them
 * is a person's last depends on a closing that may be heard of later.
 */
function decided(row: MessageRow, { seq, sender, amendment }: LoggedAmendment): MessageRow {
  const { poll } = row;
  if (!poll) return row;
  if (amendment.kind === 'close') {
    if (poll.closed > 0 && poll.closed <= seq) return row;
    return { ...row, poll: { ...poll, closed: seq } };
  }
  if (amendment.kind !== 'vote') return row;
  const before = poll.votes.filter(({ person }) => person === sender);
  if (before.some((vote) => vote.seq === seq)) return row;
  const options = [...new Set(amendment.options)]
    .filter((option) => option < poll.options.length)
    .sort((a, b) => a - b)
    .slice(0, poll.several ? undefined : 1);
  const own = [...before, { person: sender, options, seq }].sort((a, b) => a.seq - b.seq);
  const others = poll.votes.filter(({ person }) => person !== sender);
  const room = Math.min(VOTES_EACH, VOTES - others.length);
  if (room === 0) return row;
  const votes = [...others, ...own.slice(-room)].sort((a, b) => a.seq - b.seq);
  return { ...row, poll: { ...poll, votes } };
}

/** Of each person the vote that counts: their last one before the poll was closed. In the log's order. */
export function standingVotes({ votes, closed }: NonNullable<MessageRow['poll']>) {
  const counted = votes.filter(({ seq }) => closed === 0 || seq < closed);
  const last = new Map(counted.map((vote) => [vote.person, vote]));
  return [...last.values()].sort((a, b) => a.seq - b.seq);
}

/** People who may react to one message. */
const PEOPLE = 4_096;
/** Votes kept of one poll, and of each person in it. */
const VOTES = 4_096;
const VOTES_EACH = 16;
/** Beyond every real seq, so that what is pending stands above what the log has. */
const PENDING_SEQ = 2 ** 52;

/** The message as this person sees it: with their own amendments that are still on their way. */
export function withPending(row: MessageRow): MessageRow {
  return row.pending
    .filter(({ failed }) => !failed)
    .reduce(
      (shown, { sender, amendment }, i) =>
        amend(shown, { seq: PENDING_SEQ + i, sender, amendment }),
      row,
    );
}
