/**
 * Everything that takes messages, each with a message that it would take: damaged ones from outside, and nonsense that
 * an insider seals and signs as it should be. Whatever comes, it is one typed error, and the member is as it was.
 */
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
import { type Dice, damaged } from './mutate.ts';

export interface Scenario {
  readonly name: string;
  readonly original: Uint8Array;
  readonly take: (input: Uint8Array) => Promise<unknown>;
  /** What is damaged here may make sense all the same. */
  readonly mayPass?: true;
}

const members = await trio();
for (const member of members) {
  const update = await member.update();
  for (const other of members) if (other !== member) await other.process(update);
}
const [ann, ben] = members;
const { env, state } = ann;
const guest = await newcomer();
const started = { ann: ann.state, ben: ben.state };
const before = JSON.stringify([...recordsOf(ben.state)]);
const addGuest: Proposal = { kind: 'add', keyPackage: guest.own.keyPackage };

/** Whether the member whom all this was thrown at is as it was. */
export const isUnharmed = (): boolean => JSON.stringify([...recordsOf(started.ben)]) === before;

async function proposalBytes(wireFormat: 'publicMessage' | 'privateMessage') {
  return wrap((await propose(env, state, addGuest, { wireFormat })).message);
}

/** Ann's Commit, which nobody follows. */
async function commitBytes(wireFormat: 'publicMessage' | 'privateMessage') {
  const proposals: Proposal[] = [addGuest, { kind: 'remove', removed: 2 }];
  return wrap((await makeCommit(env, state, { proposals, wireFormat })).message);
}

async function welcomeBytes() {
  const { welcome } = await makeCommit(env, state, { proposals: [addGuest] });
  if (welcome === null) throw new Error('a Welcome was expected');
  return wrap({ format: 'welcome', welcome });
}

async function outside(): Promise<Scenario[]> {
  const following = (bytes: Uint8Array) => ben.process(bytes);
  const message = await ann.seal(new Uint8Array(50));
  const whole = { withTree: true, withExternalPub: true };
  return [
    { name: 'message', original: message, take: (bytes) => ben.open(bytes) },
    { name: 'public Commit', original: await commitBytes('publicMessage'), take: following },
    { name: 'private Commit', original: await commitBytes('privateMessage'), take: following },
    { name: 'public proposal', original: await proposalBytes('publicMessage'), take: following },
    { name: 'private proposal', original: await proposalBytes('privateMessage'), take: following },
    { name: 'Welcome', original: await welcomeBytes(), take: (bytes) => guest.join(bytes) },
    {
      name: 'GroupInfo',
      original: encode(groupInfo, await makeGroupInfo(env, state, whole)),
      take: (bytes) => makeExternalCommit(env, decode(groupInfo, bytes), guest.own),
    },
    { name: 'KeyPackage', original: guest.keyPackage, take: (bytes) => ann.add([bytes]) },
  ];
}

/** The guest is invited, by whoever knows the group's secrets. */
async function invite(info: Uint8Array, secrets: Uint8Array, joiner: Uint8Array): Promise<void> {
  const sealing = welcomeSecret(suite, joiner, noSecret(suite));
  const encryptedGroupInfo = await sealGroupInfo(suite, sealing, info);
  const { keyPackage } = guest.own;
  const to = { newMember: keyPackageRef(suite, keyPackage), initKey: keyPackage.initKey };
  const seal = groupSecretsSealer(suite, encryptedGroupInfo);
  const sealed = await seal(to, decode(groupSecrets, secrets), env.random);
  const welcome = { cipherSuite: suite.id, secrets: [sealed], encryptedGroupInfo };
  await guest.join(wrap({ format: 'welcome', welcome }));
}

async function inside(): Promise<Scenario[]> {
  const { body } = unwrap(await commitBytes('publicMessage'), 'publicMessage').publicMessage
    .content;
  if (body.kind !== 'commit') throw new Error('a Commit was expected');
  const joiner = new Uint8Array(suite.hash.size).fill(9);
  const secrets = encode(groupSecrets, { joinerSecret: joiner, pathSecret: null, psks: [] });
  const info = encode(groupInfo, await makeGroupInfo(env, state, { withTree: true }));
  return [
    {
      name: 'sealed Commit',
      original: encode(commitCodec, body.commit),
      async take(bytes) {
        const commit: Commit = decode(commitCodec, bytes);
        await ben.process(await forge(ann, commit));
      },
      mayPass: true,
    },
    {
      name: 'sealed GroupInfo',
      original: info,
      take: (bytes) => invite(bytes, secrets, joiner),
    },
    {
      name: 'sealed secrets of a Welcome',
      original: secrets,
      take: (bytes) => invite(info, bytes, joiner),
    },
  ];
}

export const OUTSIDE = await outside();
export const INSIDE = await inside();

/** Throws so many damaged inputs at it. @throws Error with the input, at anything else than an MlsError */
export async function swallow(scenario: Scenario, dice: Dice, inputs: number): Promise<void> {
  for (let run = 0; run < inputs; run++) {
    const input = damaged(dice, scenario.original);
    let error: unknown = 'it was taken';
    try {
      await scenario.take(input);
      if (scenario.mayPass) continue;
    } catch (thrown) {
      if (thrown instanceof MlsError) continue;
      error = thrown;
    } finally {
      ann.state = started.ann;
      ben.state = started.ben;
    }
    throw new Error(`${scenario.name}: ${Buffer.from(input).toString('hex')}`, { cause: error });
  }
}
