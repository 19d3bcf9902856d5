/**
 * What the members under a node can do together (RFC 9420 section 7.2), computed once in a node's life: whether all
 * support something is asked in every Commit, and must not cost a walk over the group.
 */
import type { Capabilities, LeafNode } from './leaf-node.ts';
import { isSlot, type Subtree } from './subtree.ts';

type Listed = 'credentials' | 'extensions' | 'proposals';

export interface Traits {
  /** Credential types in use. */
  readonly credentialTypes: ReadonlySet<number>;
  /** What every member lists. null: nobody is there who could lack it. */
  readonly common: Readonly<Record<Listed, ReadonlySet<number>>> | null;
}

const NOBODY: Traits = { credentialTypes: new Set(), common: null };

const ofLeaf = ({ credential, capabilities }: LeafNode): Traits => ({
  credentialTypes: new Set([credential.credentialType]),
  common: {
    credentials: new Set(capabilities.credentials),
    extensions: new Set(capabilities.extensions),
    proposals: new Set(capabilities.proposals),
  },
});

type Numbers = ReadonlySet<number>;

const isWithin = (a: Numbers, b: Numbers): boolean => a === b || [...a].every((one) => b.has(one));

/** Keep one of the two objects where they can: most members of a group list the same. */
const inBoth = (a: Numbers, b: Numbers): Numbers =>
  isWithin(a, b) ? a : new Set([...a].filter((one) => b.has(one)));
const inEither = (a: Numbers, b: Numbers): Numbers => (isWithin(b, a) ? a : new Set([...a, ...b]));

function joined(a: Traits, b: Traits): Traits {
  if (a.common === null) return b;
  if (b.common === null) return a;
  return {
    credentialTypes: inEither(a.credentialTypes, b.credentialTypes),
    common: {
      credentials: inBoth(a.common.credentials, b.common.credentials),
      extensions: inBoth(a.common.extensions, b.common.extensions),
      proposals: inBoth(a.common.proposals, b.common.proposals),
    },
  };
}

export function traits(subtree: Subtree): Traits {
  if (isSlot(subtree)) {
    subtree.traits ??= subtree.leaf === null ? NOBODY : ofLeaf(subtree.leaf);
  } else subtree.traits ??= joined(traits(subtree.left), traits(subtree.right));
  return subtree.traits;
}

/** Whether every member under `subtree` lists `value`. */
export function allSupport(
  subtree: Subtree,
  what: keyof Capabilities & Listed,
  value: number,
): boolean {
  return traits(subtree).common?.[what].has(value) ?? true;
}
