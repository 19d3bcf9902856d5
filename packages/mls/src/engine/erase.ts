/** Overwriting the secrets of a group that is let go of, but for those that other groups still hold. */
import type { EpochKeys, GroupState } from '../group/state.ts';
import type { Ratchet } from '../schedule/ratchet.ts';
import { isLeaf, type LeafRatchets, type SecretNode } from '../schedule/secret-tree.ts';

const ofRatchet = ({ secret, skipped }: Ratchet): Uint8Array[] => [
  secret,
  ...[...skipped.values()].flatMap(({ key, nonce }) => [key, nonce]),
];

const ofNode = (node: Uint8Array | LeafRatchets): Uint8Array[] =>
  node instanceof Uint8Array
    ? [node]
    : [...ofRatchet(node.handshake), ...ofRatchet(node.application)];

const isFork = (node: SecretNode) => !(node instanceof Uint8Array) && !isLeaf(node);

/** What one of `kept` shares with `node` is not walked into. */
function eraseNode(node: SecretNode, kept: readonly SecretNode[]): void {
  if (kept.includes(node)) return;
  if (node instanceof Uint8Array || isLeaf(node)) {
    const held = kept.flatMap((one) =>
      one instanceof Uint8Array || isLeaf(one) ? ofNode(one) : [],
    );
    for (const secret of ofNode(node)) if (!held.includes(secret)) secret.fill(0);
    return;
  }
  const forks = kept.filter(isFork) as (typeof node)[];
  eraseNode(
    node.left,
    forks.map(({ left }) => left),
  );
  eraseNode(
    node.right,
    forks.map(({ right }) => right),
  );
}

const epochsOf = (state: GroupState): EpochKeys[] => [state, ...state.past];

/** The secrets of a state but those in its secret trees. */
function fixedSecrets(state: GroupState): Uint8Array[] {
  return [
    ...Object.values(state.secrets),
    state.signaturePrivateKey,
    ...[...state.privatePath.values()].map(({ privateKey }) => privateKey),
    ...epochsOf(state).flatMap(({ senderDataSecret, resumptionPsk }) => [
      senderDataSecret,
      resumptionPsk,
    ]),
  ];
}

export function eraseState(state: GroupState, kept: readonly GroupState[]): void {
  const held = new Set(kept.flatMap(fixedSecrets));
  for (const secret of fixedSecrets(state)) if (!held.has(secret)) secret.fill(0);
  for (const { context, secretTree } of epochsOf(state)) {
    const same = kept
      .flatMap(epochsOf)
      .filter((other) => other.context.epoch === context.epoch)
      .map((other) => other.secretTree.root);
    eraseNode(secretTree.root, same);
  }
}
