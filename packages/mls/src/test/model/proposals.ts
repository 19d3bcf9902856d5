/** Which of the proposals at hand go into one Commit together (RFC 9420 section 12.2). */
import type { Proposal } from '../../group/proposal.ts';
import type { GroupState } from '../../group/state.ts';
import type { Dice } from '../fuzz/mutate.ts';

/** At most one for each leaf, none for the committer's own, and by chance not all of the pending ones. */
export function compatible(
  state: GroupState,
  own: readonly Proposal[],
  dice: Dice,
): { references: Uint8Array[]; proposals: Proposal[] } {
  const changed = new Set([state.ownLeaf]);
  const isFree = (leaf: number): boolean => {
    if (changed.has(leaf)) return false;
    changed.add(leaf);
    return true;
  };
  const fits = (proposal: Proposal, sender: number): boolean => {
    if (proposal.kind === 'remove') return isFree(proposal.removed);
    return proposal.kind !== 'update' || isFree(sender);
  };
  const references: Uint8Array[] = [];
  for (const { proposal, sender, reference } of state.proposals) {
    const from = sender.kind === 'member' ? sender.leafIndex : -1;
    if (dice.below(5) > 0 && fits(proposal, from)) references.push(reference);
  }
  return { references, proposals: own.filter((proposal) => fits(proposal, state.ownLeaf)) };
}
