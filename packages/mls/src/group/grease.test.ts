/** RFC 9420 section 13.5: values that nobody knows, wherever a client may put them, keep nobody from anything. */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { systemRandom } from '@polynya/crypto/web-primitives';
import { expect, test } from 'vitest';
import { loadSuite } from '../crypto/load-suite.ts';
import { environmentOf } from '../test/peers/own.ts';
import { createGroup } from './create.ts';
import { joinGroup } from './join.ts';
import { makeCommit } from './make-commit.ts';
import { openPrivateMessage } from './open-message.ts';
import { defaultCapabilities, makeKeyPackage } from './own-key-package.ts';
import { processCommit } from './process-commit.ts';

const GREASE = 0x5a5a;
const suite = await loadSuite(1, nodePrimitives);
const env = environmentOf(suite);

async function greased(name: string) {
  const privateKey = systemRandom(32);
  const known = defaultCapabilities(suite);
  const unknown = { extensionType: GREASE, extensionData: Uint8Array.of(1, 2, 3) };
  return makeKeyPackage(suite, systemRandom, {
    credential: { credentialType: 1, content: new TextEncoder().encode(name) },
    signature: { privateKey, publicKey: await suite.signature.publicKey(privateKey) },
    lifetime: { notBefore: 0n, notAfter: 2n ** 40n },
    capabilities: {
      versions: [GREASE, ...known.versions],
      cipherSuites: [GREASE, ...known.cipherSuites],
      extensions: [GREASE],
      proposals: [GREASE],
      credentials: [...known.credentials, GREASE],
    },
    leafExtensions: [unknown],
    extensions: [unknown],
  });
}

test('members whose capabilities and extensions are full of GREASE found, join and update a group', async () => {
  const [ann, ben] = [await greased('ann'), await greased('ben')];
  const context = [{ extensionType: GREASE, extensionData: new Uint8Array(0) }];
  const founded = await createGroup(env, new Uint8Array(16), ann, context);
  const added = await makeCommit(env, founded, {
    proposals: [{ kind: 'add', keyPackage: ben.keyPackage }],
  });
  if (added.welcome === null) throw new Error('a Welcome was expected');
  const joined = await joinGroup(env, added.welcome, ben);
  const update = await makeCommit(env, joined);
  if (update.message.format !== 'privateMessage') throw new Error('a PrivateMessage was expected');
  const opened = await openPrivateMessage(env, added.staged, update.message.privateMessage);
  const { state } = await processCommit(env, opened.state, opened.signed);
  expect(state?.secrets.epochAuthenticator).toEqual(update.staged.secrets.epochAuthenticator);
});
