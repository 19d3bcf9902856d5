/** What the log brings, written into a draft: messages, amendments, receipts, events. */
import { fromHex, toHex } from '@polynya/protocol/bytes';
import type { Content, FileRef, KnownContent, Saying } from '@polynya/protocol/content';
import type { Infer } from '@polynya/protocol/schema';
import type { MessageId, PersonId } from '../api.ts';
import { wrapped } from '../conversation/contents.ts';
import {
  AUTOMATIC,
  AUTOMATIC_PIECES,
  fileKeys,
  fileRecord,
  INCOMING,
  pieceCount,
} from '../files/file-record.ts';
import { amend, amendmentOf, type LoggedAmendment, mayAmend } from './amendment.ts';
import type { Arrived, Happened, Queued } from './arrived.ts';
import type { Draft } from './draft.ts';
import { asideList, eventId, keys, type MessageRow, reads, versions } from './row.ts';
import { decode, encode } from './stored.ts';
import { moveMark, recount } from './unread.ts';

/** Amendments kept for one message that is not here, and messages they are kept for. */
const ASIDE_EACH = 32;
const ASIDE_TARGETS = 128;
/** Kept of an edited message beside its first, and of how far somebody had read. */
const VERSIONS = 63;
const READS = 128;
/** People whose receipts are kept, those heard of last. */
const RECEIPTS = 4_096;
/** The last moment that a Date can name, ms; a sender's clock may claim anything. */
const MAX_DATE = 8_640_000_000_000_000;

export async function addEvent(draft: Draft, happened: Happened): Promise<void> {
  const { chat, seq, at, event } = happened;
  const key = keys.event(chat, happened);
  if (!(await draft.get('timeline', key))) {
    draft.putRow(key, {
      row: 'event',
      id: eventId(happened),
      seq,
      at: Math.min(at, MAX_DATE),
      event,
    });
  }
  await raiseTop(draft, seq);
}

/** A message of another device. Told again, or under an id that is taken, it changes nothing. */
export async function addArrived(draft: Draft, arrived: Arrived, me: PersonId): Promise<void> {
  const { id, seq, sender, content } = arrived;
  await raiseTop(draft, seq);
  const amended = amendmentOf(content);
  if (amended) {
    const logged = { seq, sender, amendment: amended.amendment };
    await addAmendment(draft, amended.target, logged, me, arrived.at);
  } else if (content.kind === 'receipt') {
    await addReceipt(draft, arrived, content);
  } else {
    const row = messageRow({ ...arrived, seq });
    if (row && !(await draft.index(id))) await insertLogged(draft, row, me, arrived.since);
    if (row && arrived.evidence) await keepEvidence(draft, arrived.id, arrived.evidence);
  }
}

/** As long as the message stands as it was said. What a deletion or an edit took back is not kept here either. */
async function keepEvidence(draft: Draft, id: MessageId, evidence: Uint8Array): Promise<void> {
  const place = await draft.index(id);
  const row = place?.is === 'row' ? await draft.row(place.key) : undefined;
  if (row?.row !== 'message' || row.deleted || row.edited > 0) return;
  const key = keys.evidence(draft.chat, id);
  if (!(await draft.get('timeline', key))) draft.put('timeline', key, evidence);
}

/** A message that has its place in the log and has no row under it yet. */
export async function insertLogged(
  draft: Draft,
  row: MessageRow,
  me: PersonId,
  since = draft.now,
): Promise<void> {
  const key = keys.logged(draft.chat, row.seq ?? 0);
  draft.putIndex(row.id, { is: 'row', key });
  // Whoever says it again may claim any time.
  const from = Math.min(since, draft.now);
  const expires = row.after > 0 ? from + row.after * 1_000 : null;
  if (expires !== null) draft.put('expiry', keys.expiry(expires, key), new Uint8Array());
  const amended = (await takeAside(draft, row.id)).reduce(amend, { ...row, expires });
  draft.putRow(key, amended);
  draft.putCounts(recount(await draft.counts(), null, amended, me));
  if (amended.file) await wantFile(draft, row.id, amended.file);
}

/** An edit, deletion or reaction that the log has; set aside while its target is not here. */
export async function addAmendment(
  draft: Draft,
  target: MessageId,
  logged: LoggedAmendment,
  me: PersonId,
  at = draft.now,
): Promise<void> {
  const place = await draft.index(target);
  if (!place) return setAside(draft, target, logged);
  if (place.is !== 'row') return;
  const row = await draft.row(place.key);
  if (row?.row !== 'message') return;
  if (logged.amendment.kind === 'edit' && mayAmend(row, logged.sender, 'edit')) {
    await keepVersion(draft, row, { seq: logged.seq, at, text: logged.amendment.text });
  }
  const amended = amend(row, logged);
  if (amended === row) return;
  draft.putRow(place.key, amended, row);
  draft.putCounts(recount(await draft.counts(), row, amended, me));
  if (amended.deleted) draft.forgetPast(row.id);
  else if (amended.text !== row.text) {
    draft.put('timeline', keys.evidence(draft.chat, row.id), null);
    draft.unlist();
  }
  if (amended.deleted && row.file) await draft.eraseFile(row.id, row.file);
}

/** One's own may be told twice, with another time. */
async function keepVersion(
  draft: Draft,
  row: MessageRow,
  version: Infer<typeof versions>[number],
): Promise<void> {
  const key = keys.history(draft.chat, row.id);
  const stored = await draft.get('timeline', key);
  const first = { seq: 0, at: row.at, text: row.text };
  const [oldest = first, ...others] = stored ? decode(versions, stored) : [];
  if (others.some(({ seq }) => seq === version.seq)) return;
  const later = [...others, version].sort((a, b) => a.seq - b.seq).slice(-VERSIONS);
  draft.put('timeline', key, encode(versions, [oldest, ...later]));
}

/** The row of a content that is a message of its own; null for all other content. */
export function messageRow(
  message: Omit<Queued, 'chat'> &
    Pick<Arrived, 'mine' | 'relayedBy'> & { readonly seq: number | null },
): MessageRow | null {
  const { id, seq, sender, mine, at, content, relayedBy = null, planned = null } = message;
  const around = content.kind === 'wrapped' || content.kind === 'silent' ? content : null;
  const said = wordsOf(around?.said ?? content);
  if (!said) return null;
  return {
    row: 'message',
    id,
    seq,
    sender,
    mine,
    at: Math.min(at, MAX_DATE),
    reply: null,
    mentions: [],
    file: null,
    edited: 0,
    deleted: false,
    reactions: [],
    pending: [],
    state: null,
    problem: null,
    relayedBy,
    after: around?.after ?? 0,
    expires: null,
    forwarded: around?.forwarded ?? false,
    poll: null,
    silent: content.kind === 'silent',
    planned,
    pin: null,
    ...said,
  };
}

export async function raiseTop(draft: Draft, seq: number): Promise<void> {
  const counts = await draft.counts();
  if (seq > counts.top) draft.putCounts({ ...counts, top: seq });
}

type Words = Pick<MessageRow, 'text'> &
  Partial<Pick<MessageRow, 'reply' | 'mentions' | 'file' | 'poll'>>;

function wordsOf(content: Content | Saying): Words | null {
  switch (content.kind) {
    case 'text':
    case 'file': {
      const file = content.kind === 'file' ? content.file : null;
      const text = content.kind === 'file' ? content.caption : content.text;
      const reply = content.reply && toHex(content.reply);
      return { text, reply, mentions: content.mentions.map(toHex), file };
    }
    case 'poll': {
      const { text, options, several } = content;
      return { text, poll: { options, several, closed: 0, votes: [] } };
    }
    case 'unknown':
      return content.text === '' ? null : { text: content.text };
    default:
      return null;
  }
}

type Receipt = Extract<Content, { kind: 'receipt' }>;

/** Ours, from another device, moves the read mark. Nobody has seen what comes after their receipt. */
async function addReceipt(
  draft: Draft,
  { mine, sender, seq, at }: Arrived,
  said: Receipt,
): Promise<void> {
  const read = Math.min(said.read, seq - 1);
  const delivered = Math.max(read, Math.min(said.delivered, seq - 1));
  if (mine) return moveMark(draft, read);
  const counts = await draft.counts();
  const before = counts.receipts.find(({ person }) => person === sender);
  const after = {
    person: sender,
    delivered: Math.max(delivered, before?.delivered ?? 0),
    read: Math.max(read, before?.read ?? 0),
  };
  if (after.delivered === before?.delivered && after.read === before.read) return;
  const others = counts.receipts.filter(({ person }) => person !== sender);
  draft.putCounts({ ...counts, receipts: [...others, after].slice(-RECEIPTS) });
  if (after.read === (before?.read ?? 0)) return;
  const key = keys.reads(draft.chat, sender);
  const stored = await draft.get('timeline', key);
  const known = stored ? decode(reads, stored) : [];
  draft.put('timeline', key, encode(reads, [...known, { read: after.read, at }].slice(-READS)));
}

async function setAside(draft: Draft, target: MessageId, logged: LoggedAmendment): Promise<void> {
  const key = keys.aside(draft.chat, target);
  const stored = await draft.get('timeline', key);
  const waiting = stored ? decode(asideList, stored) : [];
  if (waiting.length === ASIDE_EACH || waiting.some(({ seq }) => seq === logged.seq)) return;
  draft.put('timeline', key, encode(asideList, [...waiting, logged]));
  if (stored) return;
  const counts = await draft.counts();
  const aside = [...counts.aside, target];
  for (const dropped of aside.splice(0, aside.length - ASIDE_TARGETS)) {
    draft.put('timeline', keys.aside(draft.chat, dropped), null);
  }
  draft.putCounts({ ...counts, aside });
}

async function takeAside(draft: Draft, target: MessageId): Promise<LoggedAmendment[]> {
  const counts = await draft.counts();
  if (!counts.aside.includes(target)) return [];
  const key = keys.aside(draft.chat, target);
  const stored = await draft.get('timeline', key);
  draft.put('timeline', key, null);
  draft.putCounts({ ...counts, aside: counts.aside.filter((id) => id !== target) });
  return stored ? decode(asideList, stored) : [];
}

/** Small files are fetched without being asked for; one that is here already (sent from here) is not. */
async function wantFile(draft: Draft, id: MessageId, ref: FileRef): Promise<void> {
  const record = fileKeys.record(draft.chat, id);
  const pieces = pieceCount(ref);
  if (ref.size > AUTOMATIC || pieces === null || pieces > AUTOMATIC_PIECES) return;
  if (await draft.get('file', record)) return;
  draft.put('file', record, encode(fileRecord, INCOMING));
  draft.put('file', fileKeys.todo(draft.chat, id), new Uint8Array());
}

/** What its sender would say now. */
export function contentOf(row: MessageRow): KnownContent {
  return wrapped(sayingOf(row), row);
}

function sayingOf({ text, reply, mentions, file, poll }: MessageRow): Saying {
  const said = { reply: reply === null ? null : fromHex(reply), mentions: mentions.map(fromHex) };
  if (poll) return { kind: 'poll', text, options: poll.options, several: poll.several };
  if (file) return { kind: 'file', file, caption: text, ...said };
  return { kind: 'text', text, ...said };
}
