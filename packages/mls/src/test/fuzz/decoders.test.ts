/**
 * Damaged bytes into every decoder: it refuses them as malformed, or what it read is encoded to exactly those bytes
 * again, so that no two encodings mean the same. POLYNYA_RUNS=50 makes a million inputs.
 */
import { expect, test } from 'vitest';
import { type Codec, decode, encode } from '../../codec/codec.ts';
import { mlsMessage } from '../../framing/mls-message.ts';
import { senderData } from '../../framing/private-message.ts';
import { commit } from '../../group/commit.ts';
import { externalSenders } from '../../group/external-senders.ts';
import { groupInfo } from '../../group/group-info.ts';
import { keyPackage } from '../../group/key-package.ts';
import { proposal } from '../../group/proposal.ts';
import { groupSecrets, welcome } from '../../group/welcome.ts';
import { MlsError } from '../../mls-error.ts';
import { groupContext } from '../../schedule/group-context.ts';
import { preSharedKeyId } from '../../schedule/psk.ts';
import { requiredCapabilities } from '../../tree/extension.ts';
import { leafNode } from '../../tree/leaf-node.ts';
import { updatePath } from '../../tree/update-path.ts';
import { ratchetTree } from '../../tree/wire-tree.ts';
import { RUNS } from '../runs.ts';
import { bytes, vectorsOf } from '../vectors/vectors.ts';
import { Dice, damaged } from './mutate.ts';

const INPUTS = 20_000;

const messages = vectorsOf<Readonly<Record<string, string>>>('messages.json').slice(0, 40);
const originals = (...fields: string[]): Uint8Array[] =>
  messages.flatMap((vector) => fields.map((field) => bytes(vector[field] ?? '')));
const trees = originals('ratchet_tree');
const read = <T>(codec: Codec<T>, from: readonly Uint8Array[]): T[] =>
  from.map((one) => decode(codec, one));

const keyPackages = originals('mls_key_package').map((message) => message.slice(4));
const groupInfos = originals('mls_group_info').map((message) => message.slice(4));
const leaves = read(keyPackage, keyPackages).map((one) => one.leafNode);
const credentials = leaves.map(({ signatureKey, credential }) => ({ signatureKey, credential }));
const paths = read(commit, originals('commit')).flatMap(({ path }) => path ?? []);

/** Every decoder that bytes from outside reach, and inputs that it takes. */
const DECODERS: Readonly<Record<string, readonly [Codec<never>, readonly Uint8Array[]]>> = {
  MLSMessage: [
    mlsMessage as Codec<never>,
    originals(
      'mls_welcome',
      'mls_group_info',
      'mls_key_package',
      'public_message_application',
      'public_message_proposal',
      'public_message_commit',
      'private_message',
    ),
  ],
  KeyPackage: [keyPackage as Codec<never>, keyPackages],
  Welcome: [welcome as Codec<never>, originals('mls_welcome').map((message) => message.slice(4))],
  GroupInfo: [groupInfo as Codec<never>, groupInfos],
  GroupSecrets: [groupSecrets as Codec<never>, originals('group_secrets')],
  GroupContext: [
    groupContext as Codec<never>,
    read(groupInfo, groupInfos).map((info) => encode(groupContext, info.groupContext)),
  ],
  ratchet_tree: [ratchetTree as Codec<never>, trees],
  LeafNode: [leafNode as Codec<never>, leaves.map((leaf) => encode(leafNode, leaf))],
  Commit: [commit as Codec<never>, originals('commit')],
  UpdatePath: [updatePath as Codec<never>, paths.map((path) => encode(updatePath, path))],
  Proposal: [
    proposal as Codec<never>,
    [
      ...originals('add_proposal').map((body) => Uint8Array.of(0, 1, ...body)),
      ...originals('update_proposal').map((body) => Uint8Array.of(0, 2, ...body)),
      ...originals('pre_shared_key_proposal').map((body) => Uint8Array.of(0, 4, ...body)),
      ...originals('re_init_proposal').map((body) => Uint8Array.of(0, 5, ...body)),
      ...originals('external_init_proposal').map((body) => Uint8Array.of(0, 6, ...body)),
    ],
  ],
  PreSharedKeyID: [preSharedKeyId as Codec<never>, originals('pre_shared_key_proposal')],
  SenderData: [senderData as Codec<never>, [bytes('0000000100000002deadbeef')]],
  external_senders: [externalSenders as Codec<never>, [encode(externalSenders, credentials)]],
  required_capabilities: [requiredCapabilities as Codec<never>, [bytes('02f0010200030400010002')]],
};

test.each(Object.entries(DECODERS))('%s', { timeout: 600_000 }, (name, [codec, corpus]) => {
  for (const original of corpus) expect(encode(codec, decode(codec, original))).toEqual(original);
  const dice = new Dice(0x9420 + name.length);
  const runs = Math.ceil((INPUTS * RUNS) / Object.keys(DECODERS).length);
  let refused = 0;
  for (let run = 0; run < runs; run++) {
    const input = damaged(dice, dice.pick(corpus));
    let value: never;
    try {
      value = decode(codec, input);
    } catch (error) {
      if (!(error instanceof MlsError) || error.code !== 'malformed') {
        throw new Error(`run ${run}: ${Buffer.from(input).toString('hex')}`, { cause: error });
      }
      refused += 1;
      continue;
    }
    if (Buffer.compare(encode(codec, value), input) !== 0) {
      throw new Error(`run ${run} reads two ways: ${Buffer.from(input).toString('hex')}`);
    }
  }
  expect(refused).toBeGreaterThan(0);
});
