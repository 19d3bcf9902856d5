/** Commits as they travel (RFC 9420 section 12.4). */
import { type Infer, optional, struct, vector } from '../codec/codec.ts';
import { updatePath } from '../tree/update-path.ts';
import { proposalOrRef } from './proposal.ts';

export const commit = struct({ proposals: vector(proposalOrRef), path: optional(updatePath) });
export type Commit = Infer<typeof commit>;
