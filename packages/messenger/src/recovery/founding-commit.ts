/**
 * How the log of a branch begins (docs/protocol.md section 6). A branch is born at epoch 1 (RFC 9420 section 11.3)
 * and a log at epoch 0, so its first entry is a Commit that says nothing and leads to the branch's first capability.
 * Every member derives the same one.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Group } from '@polynya/mls/engine';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { ENTRY_KINDS, type NewEntry, type Turn } from '@polynya/protocol/requests';
import { next as nextHash, start } from '@polynya/protocol/running-hash';
import { capability } from '../conversation/capability.ts';

export interface FoundingCommit {
  /** The capability of the log's epoch 0, which this Commit closes. */
  readonly secret: Uint8Array;
  readonly entry: NewEntry;
  readonly turn: Turn;
  /** The running hash behind it, at seq 1. */
  readonly hash: Uint8Array;
}

/** @param group the branch at epoch 1 */
export async function foundingCommit(group: Group): Promise<FoundingCommit> {
  const next = await capability(group);
  const entry = { id: group.id, epoch: 0, body: new Uint8Array(1) };
  const turn = { closes: true, next: sha256(next) };
  return {
    secret: sha256(concat(utf8('polynya founding'), next)),
    entry,
    turn,
    hash: nextHash(start(group.id), { seq: 1, kind: ENTRY_KINDS.commit, ...entry, turn }),
  };
}
