/** Days, the unread divider and groups, as a reader expects them. */
import type { MessageView } from '@polynya/messenger/api';
import { aMessage } from '@polynya/messenger/test/a-message';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowOf, seenUpTo, timelineRows } from './rows.ts';

const noon = new Date(2026, 1, 12, 12).getTime();

/** What Anna said a second after the one before it. */
const message = (seq: number, change: Partial<MessageView> = {}): MessageView =>
  aMessage({
    ...{ id: `m${seq}`, seq, sender: 'anna', name: 'Anna' },
    ...{ at: noon + seq * 1000, text: `${seq}` },
    ...change,
  });

const drawn = (messages: MessageView[], firstUnread: number | null = null) =>
  timelineRows(messages, firstUnread).map((row) =>
    row.kind === 'message'
      ? `${row.first ? '[' : ''}${row.message.text}${row.last ? ']' : ''}`
      : row.kind,
  );

describe('timelineRows', () => {
  it('groups what one person says within minutes', () => {
    const later = { at: noon + 10 * 60_000 };
    expect(
      drawn([message(1), message(2), message(3, { sender: 'boris' }), message(4, later)]),
    ).toEqual(['day', '[1', '2]', '[3]', '[4]']);
  });

  it('begins each day with its date', () => {
    const next = { at: noon + 86_400_000 };
    expect(drawn([message(1), message(2, next)])).toEqual(['day', '[1]', 'day', '[2]']);
  });

  it('puts the divider before the first unread message of another, and begins a group there', () => {
    const rows = drawn([message(1), message(2, { mine: true }), message(3)], 2);
    expect(rows).toEqual(['day', '[1', '2', 'unread', '[3]']);
  });

  it('sets events apart', () => {
    expect(drawn([message(1), message(2, { event: { event: 'created' } }), message(3)])).toEqual([
      'day',
      '[1]',
      'event',
      '[3]',
    ]);
  });

  it('gives every row an id of its own and loses no message, whatever the clocks said', () => {
    const some = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 4_000_000_000_000 }), mine: fc.boolean() }),
    );
    fc.assert(
      fc.property(some, fc.option(fc.nat(50)), (changes, firstUnread) => {
        const messages = changes.map((change, i) => message(i + 1, change));
        const rows = timelineRows(messages, firstUnread);
        expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
        expect(rows.flatMap((row) => ('message' in row ? [row.message] : []))).toEqual(messages);
      }),
    );
  });
});

describe('seenUpTo', () => {
  it('is the greatest seq in sight, for what waits to be sent has none', () => {
    const rows = timelineRows([message(4), message(5), message(6, { seq: null })], null);
    expect(seenUpTo(rows, rows.length - 1)).toBe(5);
    expect(seenUpTo(rows, 1)).toBe(4);
    expect(seenUpTo(rows, 0)).toBe(0);
  });
});

describe('an album', () => {
  const file = (place: number, id = 'a1') => ({ album: { id, place } }) as MessageView['file'];
  const rowsOf = (messages: MessageView[]) =>
    timelineRows(messages, null).flatMap((row) => (row.kind === 'message' ? [row] : []));

  it('is one row in its own order, with the one caption and as far as the last of it has come', () => {
    const rows = rowsOf([
      message(1),
      message(2, { file: file(1), text: '', state: 'read' }),
      message(3, { file: file(0), text: 'Ice', state: 'sent' }),
      message(4, { file: file(2), text: '', state: 'read' }),
    ]);
    expect(rows.map(({ id }) => id)).toEqual(['m1', 'a1']);
    expect(rows[1]?.album.map(({ id }) => id)).toEqual(['m3', 'm2', 'm4']);
    expect(rows[1]?.message).toMatchObject({ id: 'm3', text: 'Ice', state: 'sent', seq: 4 });
    expect(rowOf(rows, 'm4')).toBe(1);
    expect(seenUpTo(rows, 1)).toBe(4);
  });

  it('that somebody spoke into stands in parts, each with an id; of two people it is two', () => {
    const rows = rowsOf([
      message(1, { file: file(0) }),
      message(2, { file: file(1) }),
      message(3, { sender: 'boris' }),
      message(4, { file: file(2) }),
      message(5, { file: file(3), sender: 'boris' }),
    ]);
    expect(rows.map(({ album }) => album.length)).toEqual([2, 0, 0, 0]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
  });

  it('of which something failed offers to try that again', () => {
    const [row] = rowsOf([
      message(1, { file: file(0), state: 'sent' }),
      message(2, { file: file(1), seq: null, state: 'failed', problem: 'quota' }),
    ]);
    expect(row?.message).toMatchObject({ id: 'm2', state: 'failed', problem: 'quota', text: '1' });
  });
});
