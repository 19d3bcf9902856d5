/**
 * Devices that a Commit removed and added at once, because they lost their state (docs/protocol.md section 7).
 * Which KeyPackages were used is remembered, so that one request is not answered twice.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { CommitView, Group, Newcomer } from '@polynya/mls/engine';
import { equal } from '@polynya/protocol/bytes';
import type { Held } from './held.ts';
import type { ConversationState } from './state.ts';

const REMEMBERED = 64;

export function replacementsIn({ added, removed }: CommitView): Newcomer[] {
  return added.filter(({ signatureKey }) =>
    removed.some((gone) => equal(gone.signatureKey, signatureKey)),
  );
}

/** Whether this device is among them. */
export function replaces(replacements: readonly Newcomer[], group: Group): boolean {
  const own = group.members.find(({ leaf }) => leaf === group.ownLeaf);
  return replacements.some((one) => own !== undefined && equal(one.signatureKey, own.signatureKey));
}

/** @param names as `nameOf` makes them */
export function withReplaced(held: Held, names: readonly Uint8Array[]): Held {
  if (names.length === 0) return held;
  const replaced = [...held.state.replaced, ...names].slice(-REMEMBERED);
  return { ...held, state: { ...held.state, replaced } };
}

export function wasReplacedBy(state: ConversationState, keyPackage: Pick<Newcomer, 'initKey'>) {
  return state.replaced.some((one) => equal(one, nameOf(keyPackage)));
}

/** Of a KeyPackage, 16 bytes. */
export function nameOf({ initKey }: Pick<Newcomer, 'initKey'>): Uint8Array {
  return sha256(initKey).slice(0, 16);
}
