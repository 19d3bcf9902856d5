/**
 * Damaged messages from outside, and well-sealed nonsense from an insider, into everything that takes messages: one
 * typed error, and the member is as it was. POLYNYA_RUNS=250 makes a million inputs.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { decode, encode } from '../../codec/codec.ts';
import { type Commit, commit as commitCodec } from '../../group/commit.ts';
import { makeExternalCommit } from '../../group/external-commit.ts';
import { groupInfo } from '../../group/group-info.ts';
import { keyPackageRef } from '../../group/key-package.ts';
import { makeCommit } from '../../group/make-commit.ts';
import { makeGroupInfo } from '../../group/make-welcome.ts';
import type { Proposal } from '../../group/proposal.ts';
import { propose } from '../../group/propose.ts';
import { groupSecrets, groupSecretsSealer, sealGroupInfo } from '../../group/welcome.ts';
import { MlsError } from '../../mls-error.ts';
import { noSecret, welcomeSecret } from '../../schedule/key-schedule.ts';
import { forge, newcomer, recordsOf, suite, trio } from '../attacks/attack.ts';
import { unwrap, wrap } from '../peers/own.ts';
import { RUNS } from '../runs.ts';
import { Dice, damaged } from './mutate.ts';

const INPUTS = 4_000;
/** How many of the inputs each of the ten tests takes. */
const runs = Math.ceil((INPUTS * RUNS) / 10);

const members = await trio();
for (const member of members) {
  const update = await member.update();
  for (const other of members) if (other !== member) await other.process(update);
}
const [ann, ben] = members;
const guest = await newcomer();
const started = { ann: ann.state, ben: ben.state };
const before = recordsOf(ben.state);

afterAll(() => {
  expect(recordsOf(started.ben)).toEqual(before);
});

/** `work` may throw MlsErrors and nothing else. @returns how many inputs it took */
async function swallow(
  seed: number,
  original: Uint8Array,
  work: (input: Uint8Array) => Promise<unknown>,
): Promise<number> {
  const dice = new Dice(seed);
  let taken = 0;
  for (let run = 0; run < runs; run++) {
    const input = damaged(dice, original);
    try {
      await work(input);
      taken += 1;
    } catch (error) {
      if (error instanceof MlsError) continue;
      throw new Error(`run ${run}: ${Buffer.from(input).toString('hex')}`, { cause: error });
    } finally {
      ann.state = started.ann;
      ben.state = started.ben;
    }
  }
  return taken;
}

async function proposalBytes(wireFormat: 'publicMessage' | 'privateMessage') {
  const proposal: Proposal = { kind: 'add', keyPackage: guest.own.keyPackage };
  const { message } = await propose(ann.env, ann.state, proposal, { wireFormat });
  return wrap(message);
}

/** Ann's Commit, which nobody follows. */
async function commitBytes(wireFormat: 'publicMessage' | 'privateMessage') {
  const proposals: Proposal[] = [
    { kind: 'add', keyPackage: guest.own.keyPackage },
    { kind: 'remove', removed: 2 },
  ];
  const { message } = await makeCommit(ann.env, ann.state, { proposals, wireFormat });
  return wrap(message);
}

describe('from outside, every damaged', { timeout: 3_600_000 }, () => {
  const opening = (bytes: Uint8Array) => ben.open(bytes);
  const following = (bytes: Uint8Array) => ben.process(bytes);

  test('message', async () => {
    const message = await ann.seal(new Uint8Array(50));
    ann.state = started.ann;
    expect(await swallow(1, message, opening)).toBe(0);
  });

  test('public Commit', async () => {
    expect(await swallow(2, await commitBytes('publicMessage'), following)).toBe(0);
  });

  test('private Commit', async () => {
    expect(await swallow(3, await commitBytes('privateMessage'), following)).toBe(0);
  });

  test('proposal', async () => {
    expect(await swallow(4, await proposalBytes('publicMessage'), following)).toBe(0);
    expect(await swallow(5, await proposalBytes('privateMessage'), following)).toBe(0);
  });

  test('Welcome', async () => {
    const proposals: Proposal[] = [{ kind: 'add', keyPackage: guest.own.keyPackage }];
    const { welcome } = await makeCommit(ann.env, ann.state, { proposals });
    if (welcome === null) throw new Error('a Welcome was expected');
    const bytes = wrap({ format: 'welcome', welcome });
    expect(await swallow(6, bytes, (input) => guest.join(input))).toBe(0);
  });

  test('GroupInfo', async () => {
    const whole = { withTree: true, withExternalPub: true };
    const info = encode(groupInfo, await makeGroupInfo(ann.env, ann.state, whole));
    const enter = (input: Uint8Array) =>
      makeExternalCommit(ann.env, decode(groupInfo, input), guest.own);
    expect(await swallow(7, info, enter)).toBe(0);
  });

  test('KeyPackage', async () => {
    expect(await swallow(8, guest.keyPackage, (input) => ann.add([input]))).toBe(0);
  });
});

describe('from an insider, sealed and signed as it should be, every damaged', {
  timeout: 3_600_000,
}, () => {
  test('Commit', async () => {
    const { body } = unwrap(await commitBytes('publicMessage'), 'publicMessage').publicMessage
      .content;
    if (body.kind !== 'commit') throw new Error('a Commit was expected');
    const encoded = encode(commitCodec, body.commit);
    await swallow(9, encoded, async (input) => {
      const commit: Commit = decode(commitCodec, input);
      await ben.process(await forge(ann, commit));
    });
  });

  const { env, state } = ann;
  const joiner = new Uint8Array(suite.hash.size).fill(9);
  const invite = async (info: Uint8Array, secrets: Uint8Array) => {
    const sealing = welcomeSecret(suite, joiner, noSecret(suite));
    const encryptedGroupInfo = await sealGroupInfo(suite, sealing, info);
    const { keyPackage } = guest.own;
    const to = { newMember: keyPackageRef(suite, keyPackage), initKey: keyPackage.initKey };
    const decoded = decode(groupSecrets, secrets);
    const seal = groupSecretsSealer(suite, encryptedGroupInfo);
    const sealed = await seal(to, decoded, env.random);
    const welcome = { cipherSuite: suite.id, secrets: [sealed], encryptedGroupInfo };
    await guest.join(wrap({ format: 'welcome', welcome }));
  };
  const secrets = encode(groupSecrets, { joinerSecret: joiner, pathSecret: null, psks: [] });

  test('GroupInfo in a Welcome', async () => {
    const info = encode(groupInfo, await makeGroupInfo(env, state, { withTree: true }));
    expect(await swallow(10, info, (input) => invite(input, secrets))).toBe(0);
  });

  test('secrets in a Welcome', async () => {
    const info = encode(groupInfo, await makeGroupInfo(env, state, { withTree: true }));
    expect(await swallow(11, secrets, (input) => invite(info, input))).toBe(0);
  });
});
