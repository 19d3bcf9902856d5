import { describe, expect, it } from 'vitest';
import {
  ANNA,
  BORIS,
  CHAT,
  eachTimeline,
  edit,
  fileOf,
  from,
  id,
  ME,
  receipt,
  text,
} from '../test/test-timeline.ts';

const chat = eachTimeline();

describe('an own message', () => {
  it('is delivered, then read, when all others have it', async () => {
    await chat.tell(from(ME, 1, text('mine')), from(ANNA, 2, receipt(1, 1)));
    expect((await chat.shown(1)).state).toBe('sent');
    await chat.tell(from(BORIS, 3, receipt(1, 0)));
    expect((await chat.shown(1)).state).toBe('delivered');
    await chat.tell(from(BORIS, 4, receipt(0, 1)), from(BORIS, 5, receipt(0, 0)));
    expect((await chat.shown(1)).state).toBe('read');
    expect((await chat.summary()).last?.state).toBe('read');
  });

  it('does not wait for those who left, and is read by nobody where nobody is', async () => {
    await chat.tell(from(ME, 1, text('mine')), from(ANNA, 2, receipt(1, 1)));
    expect((await chat.page(9, [ANNA])).messages[0]?.state).toBe('read');
    expect((await chat.page(9, [])).messages[0]?.state).toBe('sent');
  });

  it('shows how it fares, with the reason, until the log has it', async () => {
    await chat.type(9, text('mine'));
    await chat.write((timeline) => timeline.state(CHAT, id(9), 'sending'));
    expect((await chat.shown(9)).state).toBe('sending');
    await chat.write((timeline) => timeline.state(CHAT, id(9), 'failed', 'quota'));
    expect(await chat.shown(9)).toMatchObject({ state: 'failed', problem: 'quota' });
    await chat.write((timeline) => timeline.sent(CHAT, id(9), 1));
    await chat.write((timeline) => timeline.state(CHAT, id(9), 'failed', 'quota'));
    expect(await chat.shown(9)).toMatchObject({ state: 'sent', problem: null });
  });

  it('queued again under its id keeps the edits typed since', async () => {
    await chat.type(8, fileOf(1, 'caption'));
    await chat.type(9, edit(8, 'edited'));
    await chat.type(8, fileOf(1, 'caption'));
    expect(await chat.texts()).toEqual(['edited']);
    await chat.write((timeline) => timeline.sent(CHAT, id(8), 1));
    await chat.write((timeline) => timeline.sent(CHAT, id(9), 2));
    expect(await chat.texts()).toEqual(['edited']);
  });

  it('queued again under its id keeps its place', async () => {
    await chat.type(8, text('file, without its hash'));
    await chat.type(9, text('later'));
    await chat.type(8, text('file'));
    expect(await chat.texts()).toEqual(['file', 'later']);
  });

  it('can be dropped until the log has it, its amendments with it', async () => {
    await chat.type(9, text('mine'));
    await chat.type(10, edit(9, 'edited'));
    await chat.write((timeline) => timeline.discard(CHAT, id(9)));
    expect(await chat.messages()).toEqual([]);
    const left = (await chat.store.range('timeline')).map(([key]) => key);
    expect(left).toEqual([`${CHAT}/c`]);
    await chat.tell(from(ME, 1, text('sent')));
    await chat.write((timeline) => timeline.discard(CHAT, id(1)));
    expect(await chat.texts()).toEqual(['sent']);
  });
});
