/** Parent nodes, and nodes of either kind as they travel (RFC 9420 sections 7.1 and 12.4.3.3). */
import {
  enumeration,
  type Infer,
  opaque,
  select,
  struct,
  uint8,
  uint32,
  vector,
} from '../codec/codec.ts';
import { leafNode } from './leaf-node.ts';
import { publicKey } from './public-key.ts';

export const parentNode = struct({
  encryptionKey: publicKey,
  parentHash: opaque,
  /** In increasing order. */
  unmergedLeaves: vector(uint32),
});
export type ParentNode = Infer<typeof parentNode>;

export const nodeType = enumeration(uint8, { leaf: 1, parent: 2 });

export const node = select('kind', nodeType, {
  leaf: struct({ leafNode }),
  parent: struct({ parentNode }),
});
export type Node = Infer<typeof node>;
