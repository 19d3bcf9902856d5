import { ProtocolError } from '@polynya/protocol/protocol-error';
import { item } from '@polynya/protocol/requests';
import { expect, test } from 'vitest';
import { refusal } from './items.ts';

test.each([
  [0, 0],
  [0.2, 1],
  [86_400_000, 86_400_000],
  [604_800_000, 86_400_000],
])('a refusal that asks for a wait of %d ms is sent as one of %d', (wait, said) => {
  const sent = item.encode(refusal(7, new ProtocolError('rate', 'too many', wait)));
  expect(item.decode(sent)).toMatchObject({ retryAfter: said });
});
