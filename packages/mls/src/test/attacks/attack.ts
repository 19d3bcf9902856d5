/** What attacks are made with: a group of three, Commits that no honest member makes, and how a member takes them. */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { loadSuite } from '../../crypto/load-suite.ts';
import { changesBetween } from '../../engine/records.ts';
import { type Content, type FramedContent, signContent } from '../../framing/framed-content.ts';
import type { Commit } from '../../group/commit.ts';
import type { Environment } from '../../group/environment.ts';
import { deriveEpoch, provisionalContext } from '../../group/epoch.ts';
import type { Proposal } from '../../group/proposal.ts';
import { framed, protect } from '../../group/send-message.ts';
import type { GroupState } from '../../group/state.ts';
import { MlsError } from '../../mls-error.ts';
import type { Rule } from '../../rules.ts';
import { noSecret } from '../../schedule/key-schedule.ts';
import type { Extension } from '../../tree/extension.ts';
import type { RatchetTree } from '../../tree/ratchet-tree.ts';
import { environmentOf, OwnEngine, type OwnMember, type OwnNewcomer, wrap } from '../peers/own.ts';
import { identityOf } from '../peers/peer.ts';

export const suite = await loadSuite(1, nodePrimitives);

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export type Trio = [ann: OwnMember, ben: OwnMember, cid: OwnMember];

let groups = 0;

/** Leaves 0 to 2 of a new group, all in epoch 1. */
export async function trio(change: Partial<Environment> = {}): Promise<Trio> {
  groups += 1;
  const engine = new OwnEngine(environmentOf(suite, change));
  const [ann, ben, cid] = (await Promise.all(
    [1, 2, 3].map((number) => engine.newcomer(identityOf(number))),
  )) as [OwnNewcomer, OwnNewcomer, OwnNewcomer];
  const founder = await ann.create(utf8(`group ${groups}`));
  const { welcome } = await founder.add([ben.keyPackage, cid.keyPackage]);
  return [founder, await ben.join(welcome), await cid.join(welcome)];
}

export async function newcomer(number = 9): Promise<OwnNewcomer> {
  return new OwnEngine(environmentOf(suite)).newcomer(identityOf(number));
}

export interface Forgery {
  /** What is signed and sent, if not the Commit of this member. */
  readonly content?: (honest: FramedContent) => FramedContent;
  readonly signaturePrivateKey?: Uint8Array;
  /** What the group would be after it. */
  readonly tree?: RatchetTree;
  readonly extensions?: readonly Extension[];
  readonly commitSecret?: Uint8Array;
  readonly confirmationTag?: Uint8Array;
  readonly wireFormat?: 'publicMessage' | 'privateMessage';
}

/** A Commit by `member`, whatever it says, whose tags and signature are right as far as the forgery allows. */
export async function forge(
  { env, state }: OwnMember,
  commit: Commit,
  forgery: Forgery = {},
): Promise<Uint8Array> {
  const { tree = state.tree, extensions = state.context.extensions } = forgery;
  const { wireFormat = 'privateMessage', commitSecret = noSecret(suite) } = forgery;
  const body: Content = { kind: 'commit', commit };
  const content = (forgery.content ?? ((honest) => honest))(framed(state, body));
  const key = forgery.signaturePrivateKey ?? state.signaturePrivateKey;
  const signature = await signContent(suite, key, wireFormat, content, state.context);
  const { interimTranscriptHash, secrets } = state;
  const epoch = deriveEpoch(
    suite,
    { interimTranscriptHash, initSecret: secrets.initSecret },
    provisionalContext(suite, state, tree, extensions),
    { wireFormat, content, signature },
    commitSecret,
    noSecret(suite),
  );
  const confirmationTag = forgery.confirmationTag ?? epoch.confirmationTag;
  const { message } = await protect(env, state, {
    wireFormat,
    content,
    signature,
    confirmationTag,
  });
  return wrap(message);
}

/** Proposals by value, without a path. */
export const pathless = (...proposals: Proposal[]): Commit => ({
  proposals: proposals.map((proposal) => ({ by: 'value', proposal })),
  path: null,
});

const hex = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('hex');

/** All that a state is made of, as it is stored. */
export function recordsOf(state: GroupState): Map<string, string> {
  return new Map(
    changesBetween(null, { base: state, member: state }).map(({ name, value }) => [
      name,
      value === null ? '' : hex(value),
    ]),
  );
}

/** The rule that `work` violates, or else its code. `nothing`: it was taken. */
export async function refusal(work: () => unknown): Promise<Rule | MlsError['code'] | 'nothing'> {
  try {
    await work();
  } catch (error) {
    if (error instanceof MlsError) return error.rule ?? error.code;
    throw error;
  }
  return 'nothing';
}

/** Why `member` refuses a message; it must be as it was afterwards. */
export async function refusedBy(member: OwnMember, message: Uint8Array) {
  const { state } = member;
  const before = recordsOf(state);
  const why = await refusal(async () => {
    await member.process(message);
  });
  if (why === 'nothing') return why;
  if (member.state !== state) throw new Error('a refusal changed the state');
  const after = recordsOf(state);
  for (const [name, value] of before) {
    if (after.get(name) !== value) throw new Error(`a refusal changed ${name}`);
  }
  return why;
}
