/**
 * The secret tree (RFC 9420 section 9): a persistent value that is expanded towards the leaves that send. A node's
 * secret is gone as soon as its children's are there.
 */
import { EMPTY, utf8 } from '@polynya/crypto/bytes';
import type { CipherSuite } from '../crypto/cipher-suite.ts';
import { expandWithLabel } from '../crypto/labels.ts';
import { MlsError } from '../mls-error.ts';
import {
  type MessageKey,
  newRatchet,
  nextKey,
  type Ratchet,
  type RatchetLimits,
  takeKey,
} from './ratchet.ts';

/** Which of a leaf's two ratchets: of proposals and Commits, or of application messages. */
export type RatchetType = 'handshake' | 'application';

export type LeafRatchets = Readonly<Record<RatchetType, Ratchet>>;

/** A secret that is not expanded yet, two children, or the ratchets of a leaf. */
export type SecretNode =
  | Uint8Array
  | { readonly left: SecretNode; readonly right: SecretNode }
  | LeafRatchets;

export interface SecretTree {
  readonly root: SecretNode;
  /** A power of two. */
  readonly leafCount: number;
}

export const isLeaf = (node: SecretNode): node is LeafRatchets => 'handshake' in node;
const LEFT = utf8('left');
const RIGHT = utf8('right');

function expanded(suite: CipherSuite, node: SecretNode, isAtLeaf: boolean): SecretNode {
  if (!(node instanceof Uint8Array)) return node;
  const { size } = suite.hash;
  const derived = (label: string, context: Uint8Array): Uint8Array =>
    expandWithLabel(suite, node, label, context, size);
  return isAtLeaf
    ? {
        handshake: newRatchet(derived('handshake', EMPTY)),
        application: newRatchet(derived('application', EMPTY)),
      }
    : { left: derived('tree', LEFT), right: derived('tree', RIGHT) };
}

/** `node`, over `width` leaves, with the ratchets of the leaf `at` among them changed. */
function changed(
  suite: CipherSuite,
  node: SecretNode,
  width: number,
  at: number,
  change: (ratchets: LeafRatchets) => LeafRatchets,
): SecretNode {
  const open = expanded(suite, node, width === 1);
  if (open instanceof Uint8Array) throw new MlsError('malformed');
  if (isLeaf(open)) return change(open);
  const half = width / 2;
  return at < half
    ? { left: changed(suite, open.left, half, at, change), right: open.right }
    : { left: open.left, right: changed(suite, open.right, half, at - half, change) };
}

function withRatchet<T extends { readonly ratchet: Ratchet }>(
  suite: CipherSuite,
  tree: SecretTree,
  leafIndex: number,
  type: RatchetType,
  turn: (ratchet: Ratchet) => T,
): T & { readonly tree: SecretTree } {
  if (leafIndex >= tree.leafCount) throw new MlsError('not-a-member');
  const turns: T[] = [];
  const root = changed(suite, tree.root, tree.leafCount, leafIndex, (ratchets) => {
    const result = turn(ratchets[type]);
    turns.push(result);
    return { ...ratchets, [type]: result.ratchet };
  });
  return { ...(turns[0] as T), tree: { ...tree, root } };
}

/** Of the next message that a leaf's ratchet has a key for. */
export function generationOf(tree: SecretTree, leafIndex: number, type: RatchetType): number {
  let node = tree.root;
  let at = leafIndex;
  for (let half = tree.leafCount / 2; !(node instanceof Uint8Array) && !isLeaf(node); half /= 2) {
    node = at < half ? node.left : node.right;
    at %= half;
  }
  return node instanceof Uint8Array ? 0 : node[type].generation;
}

/** The key for the next message of the own leaf. */
export function nextOf(
  suite: CipherSuite,
  tree: SecretTree,
  leafIndex: number,
  type: RatchetType,
): { readonly tree: SecretTree; readonly generation: number; readonly key: MessageKey } {
  return withRatchet(suite, tree, leafIndex, type, (ratchet) => nextKey(suite, ratchet));
}

/** The key of a message of generation `generation`. @throws MlsError as `takeKey` */
export function take(
  suite: CipherSuite,
  tree: SecretTree,
  leafIndex: number,
  type: RatchetType,
  generation: number,
  limits: RatchetLimits,
  now: number,
): { readonly tree: SecretTree; readonly key: MessageKey } {
  return withRatchet(suite, tree, leafIndex, type, (ratchet) =>
    takeKey(suite, ratchet, generation, limits, now),
  );
}
