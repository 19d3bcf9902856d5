import type { MissedMessage } from '@polynya/protocol/content';
import { expect, test } from 'vitest';
import { asArrived } from './missed.ts';

const around = { chat: 'aa', base: 10, me: '00'.repeat(16), by: 'bb', after: 3, upTo: 6 };
const id = (n: number) => new Uint8Array(16).fill(n);

function missed(seq: number, content: MissedMessage['content']): MissedMessage {
  return { seq, id: id(seq), sender: id(200), at: 5, content, evidence: null };
}

test('what a member sends again fills the gap, and changes nothing that was here or comes later', () => {
  const text = { kind: 'text', text: 'Hello', reply: null, mentions: [] } as const;
  const filled = asArrived(
    [
      missed(3, { ...text, mentions: [] }),
      missed(4, { ...text, mentions: [] }),
      missed(5, { kind: 'delete', target: id(1) }),
      missed(5, { kind: 'edit', target: id(1), text: 'I never said that', mentions: [] }),
      missed(6, { kind: 'receipt', delivered: 3, read: 3 }),
      missed(7, { ...text, mentions: [] }),
    ],
    around,
  );
  expect(filled.map(({ seq, content }) => [seq, content.kind])).toEqual([[14, 'text']]);
  expect(filled[0]?.relayedBy).toBe('bb');
});
