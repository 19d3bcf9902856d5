import type { MessageView } from '@polynya/messenger/api';
import { aMessage } from '@polynya/messenger/test/a-message';
import { expect, test } from 'vitest';
import { messageJson } from './json-lines.ts';
import { messageLines, namesIn } from './messages.ts';

const at = new Date(2026, 1, 11, 9, 41).getTime();
const message = aMessage({ at, text: 'hello' });
const shown = (changes: Partial<MessageView>) => {
  const changed = { ...message, ...changes };
  return messageLines(changed, namesIn([changed], [])).join('\n');
};

test('a message is one line: its short id, when, who, what', () => {
  expect(shown({})).toBe('01234567  2026-02-11 09:41  Ann: hello');
});

test('controls in names, texts, titles, emoji and names of files are neutralised', () => {
  const evil = '\u001b[2Jx';
  const file = {
    name: evil,
    type: evil,
    size: 1,
    width: 0,
    height: 0,
    duration: 0,
    thumb: null,
    wave: null,
    album: null,
    round: false,
    heard: false,
    state: 'remote',
    done: 0,
  } as const;
  const all = [
    shown({ name: evil, text: evil, file }),
    shown({ reply: { id: 'aa', name: evil, text: evil } }),
    shown({ reactions: [{ emoji: evil, people: [evil], mine: false }] }),
    shown({ event: { event: 'renamed', title: evil, by: evil } }),
    shown({ event: { event: 'joined', person: evil, by: evil } }),
    messageJson({ ...message, name: evil, text: evil, file }),
  ].join('\n');
  expect(all).not.toContain('\u001b');
  expect(all).toContain('␛[2Jx');
});

test('a message of two lines cannot forge a second message', () => {
  expect(shown({ text: 'a\n01234567  2026-02-11 09:41  Bo: b' })).toMatch(/\n {4}01234567/);
});

test('replies, reactions and the state of what is not yet sent are shown below', () => {
  const lines = shown({
    reply: { id: 'aa', name: 'Bo', text: 'what?' },
    reactions: [{ emoji: '🧊', people: ['Bo', 'Cy'], mine: false }],
    state: 'waiting',
  }).split('\n');
  expect(lines.slice(1)).toEqual([
    '    > Bo: what?',
    '    🧊 Bo, Cy',
    '    (waiting for the network)',
  ]);
});

test('a message that a member sent again says so', () => {
  expect(shown({ relayedBy: 'Bo' }).split('\n')[1]).toBe('    (sent again by Bo, as they have it)');
});

test('a line of JSON has exactly these fields', () => {
  expect(JSON.parse(messageJson(message))).toEqual({
    message: message.id,
    seq: 7,
    at: new Date(at).toISOString(),
    sender: 'a1b2c3d4',
    name: 'Ann',
    tag: 'a1b2',
    mine: false,
    text: 'hello',
    edited: false,
    deleted: false,
    reply: null,
    mentions: [],
    reactions: [],
    file: null,
    event: null,
    state: null,
    problem: null,
    undone: null,
    relayedBy: null,
    forwarded: false,
    silent: false,
    planned: null,
    after: 0,
    expires: null,
    poll: null,
  });
});

test('a message that went late says for when it was meant', () => {
  const planned = new Date(2026, 1, 11, 9).getTime();
  const [line] = messageLines(aMessage({ text: 'Up?', planned }), new Map());
  expect(line).toMatch(/Ann: Up\? \(late: meant for 2026-02-11 09:00\)$/);
});

test('a poll, a forwarded message and one that goes say what they are', () => {
  const options = [
    { text: 'Yes', people: ['Ann', 'Bob'], mine: false },
    { text: 'No', people: [], mine: false },
  ];
  const poll = { options, several: false, closed: true, voters: 2 };
  const asked = messageLines(aMessage({ text: 'Tea?', poll, after: 86_400 }), new Map());
  expect(asked[0]).toMatch(/Ann: poll: Tea\? \(goes after 1 day\)$/);
  expect(asked.slice(1).map((line) => line.trim())).toEqual([
    '2 Yes: Ann, Bob',
    '0 No',
    '(closed)',
  ]);
  const [sent] = messageLines(aMessage({ text: 'Look', forwarded: true }), new Map());
  expect(sent).toMatch(/Ann: \(forwarded\) Look$/);
});
