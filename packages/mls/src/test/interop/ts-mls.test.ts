/** Our engine and ts-mls 1.6.4 in one group, in Node. With core-crypto as a third, in Chromium: e2e/interop.test.ts. */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { describe, expect, test } from 'vitest';
import { loadSuite } from '../../crypto/load-suite.ts';
import { environmentOf, OwnEngine } from '../peers/own.ts';
import { tsMls } from '../peers/ts-mls.ts';
import { enterBy, SCENARIOS } from './scenarios.ts';

const suite = await loadSuite(1, nodePrimitives);

describe.each(['public', 'private'] as const)('handshake messages are %s', (handshake) => {
  const wireFormat = `${handshake}Message` as const;
  const own = new OwnEngine(environmentOf(suite), { wireFormat });

  test.each(Object.entries(SCENARIOS))('polynya acts: %s', async (_name, scenario) => {
    await scenario([own, await theirs()]);
  });

  test.each(
    // ts-mls makes GroupContextExtensions Commits without the path that section 12.4 demands.
    Object.entries(SCENARIOS).filter(([name]) => !name.startsWith('changes')),
  )('ts-mls acts: %s', async (_name, scenario) => {
    await scenario([await theirs(), own]);
  });

  test('ts-mls changes the extensions without a path, and is refused', async () => {
    const change = SCENARIOS['changes the extensions of the group'];
    await expect(change?.([await theirs(), own])).rejects.toThrow('polynya refuses');
  });

  test('polynya enters a group of both by an external Commit', async () => {
    await enterBy([own, await theirs()], own);
  });

  test('ts-mls enters a group of both by its own GroupInfo', async () => {
    const peer = await theirs();
    await enterBy([peer, own], peer);
  });

  // ts-mls writes and reads external_pub without the length that section 12.4.3.2 gives it.
  test('neither enters by the GroupInfo of the other', async () => {
    const peer = await theirs();
    const refusal = await enterBy([own, peer], peer).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: expect.stringMatching(/malformed|cannot-open/) });
    await expect(enterBy([peer, own], own)).rejects.toThrow('Invalid public key');
  });

  const theirs = () => tsMls('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519', handshake);
});
