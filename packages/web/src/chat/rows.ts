/** A page of messages as rows of the timeline: days, the unread divider, events, grouped messages. */
import type { MessagePage, MessageView } from '@polynya/messenger/api';
import { daysBetween } from '../words/format.ts';

export type Row =
  | { readonly id: string; readonly kind: 'day'; readonly at: number }
  | { readonly id: string; readonly kind: 'unread' }
  | { readonly id: string; readonly kind: 'event'; readonly message: MessageView }
  | {
      readonly id: string;
      readonly kind: 'message';
      readonly message: MessageView;
      /** Begins and ends a group of messages of one sender. */
      readonly first: boolean;
      readonly last: boolean;
    };

/** Messages of one sender within this many milliseconds form a group. */
const GROUP = 5 * 60_000;

function together(a: MessageView | undefined, b: MessageView | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.event === null &&
    b.event === null &&
    a.sender === b.sender &&
    Math.abs(b.at - a.at) < GROUP &&
    daysBetween(a.at, b.at) === 0
  );
}

/** `firstUnread`: the seq before which the divider stands; null for none. Ids are unique in a timeline. */
export function timelineRows(messages: MessagePage['messages'], firstUnread: number | null): Row[] {
  const rows: Row[] = [];
  let divided = firstUnread === null;
  messages.forEach((message, i) => {
    const before = messages[i - 1];
    const after = messages[i + 1];
    if (before === undefined || daysBetween(before.at, message.at) !== 0) {
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
    rows.push({
      id: message.id,
      kind: 'message',
      message,
      first: divides || !together(before, message),
      last: !together(message, after),
    });
  });
  return rows;
}

/** The greatest seq of the rows up to `index`: what was seen when that row is in sight. */
export function seenUpTo(rows: readonly Row[], index: number): number {
  let seen = 0;
  for (const row of rows.slice(0, index + 1)) {
    if ('message' in row) seen = Math.max(seen, row.message.seq ?? 0);
  }
  return seen;
}
