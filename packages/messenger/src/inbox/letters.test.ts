/** Letters: only the owner of the KeyPackage opens one, and it says who wrote it. */
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { systemRandom } from '@polynya/reach/clock';
import { expect, test } from 'vitest';
import { authenticationService } from '../identity/authentication-service.ts';
import { Self } from '../identity/self.ts';
import { makeKeyPackage } from './key-packages.ts';
import { type LetterPayload, letterRef, openLetter, sealLetter } from './letters.ts';

const now = Date.now();
const engine = makeEngine({
  authentication: authenticationService,
  now: () => Math.floor(now / 1_000),
});
const [anna, boris] = await Promise.all([
  Self.create(systemRandom, 'Anna'),
  Self.create(systemRandom, 'Boris'),
]);
const own = await makeKeyPackage(engine, boris, now, false);
const card = {
  identity: systemRandom(32),
  endpoints: [],
  inbox: systemRandom(16),
  token: systemRandom(32),
};
const payload: LetterPayload = { kind: 'welcome', secret: systemRandom(32) };
const letter = (by: Parameters<typeof sealLetter>[1]) =>
  sealLetter(engine, by, { card, ...own }, payload);

test('a letter is found by its KeyPackage, opened by its owner, and says who wrote it', async () => {
  const body = await letter(anna);
  expect(letterRef(body)).toEqual(own.ref.slice(0, 16));
  const { root, list } = anna;
  expect(await openLetter(engine, own, card.inbox, body)).toEqual({
    from: { root, list, device: anna.device.publicKey },
    payload,
  });
});

test('a letter does not open in another inbox or with another KeyPackage', async () => {
  const body = await letter(anna);
  const other = await makeKeyPackage(engine, boris, now, false);
  for (const open of [
    () => openLetter(engine, own, systemRandom(16), body),
    () => openLetter(engine, other, card.inbox, body),
  ]) {
    await expect(open()).rejects.toMatchObject({ name: 'MlsError', code: 'cannot-open' });
  }
});

test('nobody writes letters in the name of another', async () => {
  const { root, device, credential } = anna;
  const forger = { root, device, credential, sign: (message: Uint8Array) => boris.sign(message) };
  const body = await letter(forger);
  await expect(openLetter(engine, own, card.inbox, body)).rejects.toMatchObject({
    code: 'malformed',
  });
});
