/** What a measurement of an MLS engine says. */

export const WORKS = [
  'add all',
  'add one',
  'join',
  'update cold',
  'update warm',
  'process',
  'seal 100 B',
  'open 100 B',
  'open 100 B together',
  'bare sign',
  'bare verify',
  'seal 16 KB',
  'open 16 KB',
  'welcome',
  'commit',
  'tree',
  'state',
  'delta',
  'memory',
  'bundle',
] as const;

export type Work = (typeof WORKS)[number];

/** How long it took, how large it was, or how often it was done in a second. `n`: members of the group. */
export type Figure =
  | { readonly ms: number }
  | { readonly bytes: number }
  | { readonly perSecond: number };

export type MlsRow = {
  readonly engine: 'polynya' | 'ts-mls' | 'core-crypto';
  readonly suite: string;
  readonly n: number;
  readonly work: Work;
} & Figure;
