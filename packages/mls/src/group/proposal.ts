/** Proposals (RFC 9420 section 12.1), by value or by reference. */
import {
  type Codec,
  enumeration,
  type Infer,
  opaque,
  select,
  struct,
  uint8,
  uint16,
  uint32,
  vector,
} from '../codec/codec.ts';
import { preSharedKeyId } from '../schedule/psk.ts';
import { extension } from '../tree/extension.ts';
import { leafNode } from '../tree/leaf-node.ts';
import { keyPackage } from './key-package.ts';

/** RFC 9420 section 17.4 */
export const PROPOSAL = {
  add: 1,
  update: 2,
  remove: 3,
  psk: 4,
  reinit: 5,
  externalInit: 6,
  groupContextExtensions: 7,
} as const;

const known = select('kind', enumeration(uint16, PROPOSAL), {
  add: struct({ keyPackage }),
  update: struct({ leafNode }),
  remove: struct({ removed: uint32 }),
  psk: struct({ psk: preSharedKeyId }),
  reinit: struct({
    groupId: opaque,
    version: uint16,
    cipherSuite: uint16,
    extensions: vector(extension),
  }),
  externalInit: struct({ kemOutput: opaque }),
  groupContextExtensions: struct({ extensions: vector(extension) }),
});

/** Of a type that this engine does not know: it can be read if it is one vector, and is never applied. */
const foreign = struct({ proposalType: uint16, data: opaque });

export type Proposal = Infer<typeof known> | ({ readonly kind: 'other' } & Infer<typeof foreign>);
export type ProposalOf<K extends Proposal['kind']> = Extract<Proposal, { readonly kind: K }>;

/** Types that every client supports without saying so (section 7.2). */
export const isDefaultProposal = (type: number): boolean =>
  type >= PROPOSAL.add && type <= PROPOSAL.groupContextExtensions;

export const proposal: Codec<Proposal> = {
  write(writer, value) {
    if (value.kind === 'other') foreign.write(writer, value);
    else known.write(writer, value);
  },
  read(reader) {
    const ahead = reader.peek(2);
    return isDefaultProposal(ahead)
      ? known.read(reader)
      : { kind: 'other', ...foreign.read(reader) };
  },
};

export const proposalType = (value: Proposal): number =>
  value.kind === 'other' ? value.proposalType : PROPOSAL[value.kind];

export const proposalOrRef = select('by', enumeration(uint8, { value: 1, reference: 2 }), {
  value: struct({ proposal }),
  reference: struct({ reference: opaque }),
});
export type ProposalOrRef = Infer<typeof proposalOrRef>;
