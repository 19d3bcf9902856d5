import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { encodeMessage, type MissedMessage } from '@polynya/protocol/content';
import { systemRandom } from '@polynya/reach/clock';
import { expect, test } from 'vitest';
import { leavesOf } from '../conversation/roster.ts';
import { authenticationService } from '../identity/authentication-service.ts';
import { Self } from '../identity/self.ts';
import { makeKeyPackage } from '../inbox/key-packages.ts';
import { asArrived } from './missed.ts';

const now = Date.now();
const engine = makeEngine({
  authentication: authenticationService,
  now: () => Math.floor(now / 1_000),
});
const log = systemRandom(16);
const anna = await Self.create(systemRandom, 'Anna');
const group = await engine.create(log, await makeKeyPackage(engine, anna, now, false));
const around = {
  ...{ chat: 'aa', base: 10, me: '00'.repeat(16), by: 'bb', after: 3, upTo: 6 },
  ...{ log, engine, leaves: leavesOf(group) },
};
const id = (n: number) => new Uint8Array(16).fill(n);
const text = (text: string) => ({ kind: 'text' as const, text, reply: null, mentions: [] });

function missed(seq: number, content: MissedMessage['content']): MissedMessage {
  return { seq, id: id(seq), sender: id(200), at: 5, content, evidence: null };
}

/** What shows that Anna said it, under the id of that seq. */
async function evidenceOf(seq: number, words: string, inGroup = group): Promise<Uint8Array> {
  const [hash, authenticator] = [new Uint8Array(6), new Uint8Array(4)];
  const plaintext = encodeMessage({ at: 5, seq: 1, hash, authenticator, body: text(words) });
  return (await inGroup.seal(plaintext, id(seq))).evidence;
}

test('what a member sends again fills the gap, and changes nothing that was here or comes later', async () => {
  const filled = await asArrived(
    [
      missed(3, text('Hello')),
      missed(4, text('Hello')),
      missed(5, { kind: 'delete', target: id(1) }),
      missed(5, { kind: 'edit', target: id(1), text: 'I never said that', mentions: [] }),
      missed(6, { kind: 'receipt', delivered: 3, read: 3 }),
      missed(7, text('Hello')),
    ],
    around,
  );
  expect(filled.map(({ seq, content }) => [seq, content.kind])).toEqual([[14, 'text']]);
  expect(filled[0]?.relayedBy).toBe('bb');
});

test('what its sender’s signature shows is not marked as sent again, and nothing else goes through by it', async () => {
  const elsewhere = await engine.create(
    systemRandom(16),
    await makeKeyPackage(engine, anna, now, false),
  );
  const evidence = await evidenceOf(4, 'Hello');
  const hers = { ...missed(4, text('Hello')), sender: anna.personBytes, evidence };
  const damaged = evidence.slice();
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  const cases: [MissedMessage, string | undefined][] = [
    [hers, undefined],
    [{ ...hers, content: text('Hullo') }, 'bb'],
    [{ ...hers, id: id(5) }, 'bb'],
    [{ ...hers, sender: id(200) }, 'bb'],
    [{ ...hers, evidence: damaged }, 'bb'],
    [{ ...hers, evidence: Uint8Array.of(1) }, 'bb'],
    [{ ...hers, evidence: await evidenceOf(4, 'Hello', elsewhere) }, 'bb'],
    [{ ...hers, evidence: null }, 'bb'],
  ];
  for (const [message, by] of cases) {
    const [arrived] = await asArrived([message], around);
    expect(arrived?.relayedBy).toBe(by);
    expect(arrived?.evidence).toEqual(by ? undefined : evidence);
  }
  const [own] = await asArrived([{ ...hers, evidence: null }], { ...around, by: anna.person });
  expect(own?.relayedBy).toBeUndefined();
});
