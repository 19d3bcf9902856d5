/** A ratchet tree as it is stored: one record for each node that is not blank, so that a Commit writes O(log N). */
import { sameBytes } from '@polynya/crypto/bytes';
import { decode, encode } from '../codec/codec.ts';
import type { GroupRecords, RecordChange } from '../engine.ts';
import { MlsError } from '../mls-error.ts';
import { type Node, node } from '../tree/parent-node.ts';
import { RatchetTree } from '../tree/ratchet-tree.ts';
import { branch, isSlot, type Subtree, slot } from '../tree/subtree.ts';

const nameOf = (index: number): string => `node/${index.toString(36)}`;

function contentOf(subtree: Subtree | undefined): Node | null {
  if (subtree === undefined) return null;
  if (isSlot(subtree)) return subtree.leaf && { kind: 'leaf', leafNode: subtree.leaf };
  return subtree.parent && { kind: 'parent', parentNode: subtree.parent };
}

const encoded = (content: Node | null): Uint8Array | null => content && encode(node, content);

function same(before: Node | null, after: Node | null): boolean {
  if (before === null || after === null) return before === after;
  const [a, b] = [encode(node, before), encode(node, after)];
  return sameBytes(a, b);
}

/** Whether nothing differs: the very same nodes, or the same tree hash where both are known. */
function unchanged(before: Subtree | undefined, after: Subtree | undefined): boolean {
  if (before === after) return true;
  return (
    before?.hash !== undefined && after?.hash !== undefined && sameBytes(before.hash, after.hash)
  );
}

const level = (subtree: Subtree | undefined): number => subtree?.level ?? -1;
const children = (subtree: Subtree | undefined): { left?: Subtree; right?: Subtree } =>
  subtree === undefined || isSlot(subtree) ? {} : subtree;

/** A tree grows and shrinks at its right: where one of two is lower, it stands in the other's left half. */
function* differences(
  before: Subtree | undefined,
  after: Subtree | undefined,
): Generator<RecordChange> {
  if (unchanged(before, after)) return;
  const [old, now] = [level(before), level(after)];
  const top = old >= now ? before : after;
  if (top === undefined) return;
  const [was, is] = [old >= now ? contentOf(before) : null, now >= old ? contentOf(after) : null];
  if (!same(was, is)) yield { name: nameOf(top.index), value: encoded(is) };
  const [inside, outside] = [children(before), children(after)];
  yield* differences(old >= now ? inside.left : before, now >= old ? outside.left : after);
  yield* differences(old >= now ? inside.right : undefined, now >= old ? outside.right : undefined);
}

export function treeChanges(before: RatchetTree | null, after: RatchetTree | null): RecordChange[] {
  return [...differences(before?.root, after?.root)];
}

/** @throws MlsError `malformed` */
export function restoreTree(records: GroupRecords, treeLevel: number): RatchetTree {
  if (treeLevel > 24) throw new MlsError('malformed', 'a tree too high');
  const read = (index: number): Node | null => {
    const bytes = records.get(nameOf(index));
    return bytes === undefined ? null : decode(node, bytes);
  };
  const build = (height: number, first: number): Subtree => {
    const index = 2 * first + 2 ** height - 1;
    const content = read(index);
    if (height === 0) {
      if (content?.kind === 'parent') throw new MlsError('malformed', 'a parent node in a leaf');
      return slot(first, content?.leafNode ?? null);
    }
    if (content?.kind === 'leaf') throw new MlsError('malformed', 'a leaf node above leaves');
    const [left, right] = [build(height - 1, first), build(height - 1, first + 2 ** (height - 1))];
    return branch(left, right, content?.parentNode ?? null);
  };
  return RatchetTree.of(build(treeLevel, 0));
}
