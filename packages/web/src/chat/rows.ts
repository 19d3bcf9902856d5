/** A page of messages as rows of the timeline: days, the unread divider, events, grouped messages. */
import type { MessageId, MessagePage, MessageView } from '@polynya/messenger/api';

export type Row =
  | { readonly id: string; readonly kind: 'day'; readonly at: number }
  | { readonly id: string; readonly kind: 'unread' }
  | { readonly id: string; readonly kind: 'event'; readonly message: MessageView }
  | {
      readonly id: string;
      readonly kind: 'message';
      /** Of an album: what is said of all of it. */
      readonly message: MessageView;
      /** The messages of an album, in its order; of any other, none. */
      readonly album: readonly MessageView[];
      /** Begins and ends a group of messages of one sender. */
      readonly first: boolean;
      readonly last: boolean;
    };

const NONE: readonly MessageView[] = [];

/** Messages of one sender within this many milliseconds form a group. */
const GROUP = 5 * 60_000;

/** Of the day that `at` is in: when it begins, and when the next one does. */
function dayOf(at: number): { readonly from: number; readonly to: number } {
  const day = new Date(at);
  return { from: day.setHours(0, 0, 0, 0), to: day.setHours(24, 0, 0, 0) };
}

function together(a: MessageView | undefined, b: MessageView | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.event === null &&
    b.event === null &&
    a.sender === b.sender &&
    Math.abs(b.at - a.at) < GROUP
  );
}

/** Messages in their order, those of one album that stand together as one group, in its own. */
export function inAlbums(messages: readonly MessageView[]): MessageView[][] {
  const groups: MessageView[][] = [];
  const albumOf = ({ sender, file }: MessageView) => file?.album && sender + file.album.id;
  for (const message of messages) {
    const before = groups.at(-1);
    const album = albumOf(message);
    if (before?.[0] && album && album === albumOf(before[0])) before.push(message);
    else groups.push([message]);
  }
  const place = ({ file }: MessageView) => file?.album?.place ?? 0;
  for (const group of groups) group.sort((a, b) => place(a) - place(b));
  return groups;
}

const STATES = ['failed', 'waiting', 'sending', 'sent', 'delivered', 'read'] as const;

/** What is said of an album as a whole: its caption, how far the last of it has come. */
function wholeOf(album: readonly [MessageView, ...MessageView[]]): MessageView {
  const lead = album.find(({ text, reply }) => text !== '' || reply) ?? album[0];
  const states = album.map(({ state }) => STATES.indexOf(state ?? 'read'));
  const worst = album[states.indexOf(Math.min(...states))] ?? lead;
  // What failed is what can be tried again.
  const { id, problem } = worst.state === 'failed' ? worst : lead;
  const seq = Math.max(...album.map((one) => one.seq ?? 0)) || null;
  return { ...lead, id, problem, seq, state: worst.state };
}

/** `firstUnread`: the seq before which the divider stands; null for none. Ids are unique in a timeline. */
export function timelineRows(messages: MessagePage['messages'], firstUnread: number | null): Row[] {
  const rows: Row[] = [];
  let divided = firstUnread === null;
  const ids = new Set<string>();
  const groups = inAlbums(messages);
  let day = { from: 0, to: 0 };
  const isIn = ({ at }: MessageView) => at >= day.from && at < day.to;
  groups.forEach((group, i) => {
    const [one, another] = group;
    if (!one) return;
    const message = another ? wholeOf([one, ...group.slice(1)]) : one;
    const before = groups[i - 1]?.at(-1);
    const after = groups[i + 1]?.[0];
    const begins = !isIn(message);
    if (begins) {
      day = dayOf(message.at);
      // Clocks differ, so that a day may come twice; the message it stands before is always another.
      rows.push({ id: `day ${message.id}`, kind: 'day', at: message.at });
    }
    const divides =
      !divided &&
      !message.mine &&
      message.seq !== null &&
      firstUnread !== null &&
      message.seq >= firstUnread;
    if (divides) {
      divided = true;
      rows.push({ id: 'unread', kind: 'unread' });
    }
    if (message.event !== null) {
      rows.push({ id: message.id, kind: 'event', message });
      return;
    }
    // An album keeps its row whichever of it comes first; of one that others spoke into, the first part.
    const album = another && one.file?.album ? one.file.album.id : message.id;
    const id = ids.has(album) ? message.id : album;
    ids.add(id);
    rows.push({
      id,
      kind: 'message',
      message,
      album: another ? group : NONE,
      first: divides || begins || !together(before, message),
      last: !after || !isIn(after) || !together(message, after),
    });
  });
  return rows;
}

/** The row that shows a message, alone or in its album; -1: none. */
export function rowOf(rows: readonly Row[], message: MessageId): number {
  return rows.findIndex(
    (row) =>
      row.id === message || (row.kind === 'message' && row.album.some(({ id }) => id === message)),
  );
}

/** The greatest seq of the rows up to `index`: what was seen when that row is in sight. */
export function seenUpTo(rows: readonly Row[], index: number): number {
  let seen = 0;
  for (const row of rows.slice(0, index + 1)) {
    if ('message' in row) seen = Math.max(seen, row.message.seq ?? 0);
  }
  return seen;
}
