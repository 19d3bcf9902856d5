/** Secret trees as they are stored: one record for each secret and each sender's ratchets; a message rewrites one. */
import { sameBytes } from '@polynya/crypto/bytes';
import {
  decode,
  encode,
  enumeration,
  type Infer,
  opaque,
  select,
  struct,
  uint8,
  uint32,
  uint64,
  vector,
} from '../codec/codec.ts';
import type { GroupRecords, RecordChange } from '../engine.ts';
import { MlsError } from '../mls-error.ts';
import type { Ratchet } from '../schedule/ratchet.ts';
import {
  isLeaf,
  type LeafRatchets,
  type SecretNode,
  type SecretTree,
} from '../schedule/secret-tree.ts';

const skippedKey = struct({ generation: uint32, key: opaque, nonce: opaque, since: uint64 });
const ratchet = struct({ secret: opaque, generation: uint32, skipped: vector(skippedKey) });
type StoredRatchet = Infer<typeof ratchet>;

const secretNode = select('is', enumeration(uint8, { secret: 1, leaf: 2 }), {
  secret: struct({ secret: opaque }),
  leaf: struct({ handshake: ratchet, application: ratchet }),
});

const prefixOf = (epoch: bigint): string => `ratchet/${epoch.toString(36)}/`;

function storedRatchet({ secret, generation, skipped }: Ratchet): StoredRatchet {
  return {
    secret,
    generation,
    skipped: [...skipped].map(([at, { key, nonce, since }]) => ({
      generation: at,
      key,
      nonce,
      since: BigInt(Math.floor(since)),
    })),
  };
}

function ratchetOf({ secret, generation, skipped }: StoredRatchet): Ratchet {
  const keys = skipped.map(
    ({ generation: at, key, nonce, since }) => [at, { key, nonce, since: Number(since) }] as const,
  );
  return { secret, generation, skipped: new Map(keys) };
}

function encodeNode(node: Uint8Array | LeafRatchets): Uint8Array {
  if (node instanceof Uint8Array) return encode(secretNode, { is: 'secret', secret: node });
  const { handshake, application } = node;
  return encode(secretNode, {
    is: 'leaf',
    handshake: storedRatchet(handshake),
    application: storedRatchet(application),
  });
}

type Fork = Exclude<SecretNode, Uint8Array | LeafRatchets>;

const isStored = (node: SecretNode): node is Uint8Array | LeafRatchets =>
  node instanceof Uint8Array || isLeaf(node);
const recordOf = (node: SecretNode | undefined): Uint8Array | null =>
  node !== undefined && isStored(node) ? encodeNode(node) : null;
const forkOf = (node: SecretNode | undefined): Partial<Fork> =>
  node === undefined || isStored(node) ? {} : node;

/** `name` tells a node by the turns that lead to it. */
function* differences(
  before: SecretNode | undefined,
  after: SecretNode | undefined,
  name: string,
): Generator<RecordChange> {
  if (before === after) return;
  const [was, value] = [recordOf(before), recordOf(after)];
  const same = was === null || value === null ? was === value : sameBytes(was, value);
  if (!same) yield { name, value };
  const [old, now] = [forkOf(before), forkOf(after)];
  yield* differences(old.left, now.left, `${name}0`);
  yield* differences(old.right, now.right, `${name}1`);
}

export function ratchetChanges(
  epoch: bigint,
  before: SecretTree | null,
  after: SecretTree | null,
): RecordChange[] {
  return [...differences(before?.root, after?.root, prefixOf(epoch))];
}

/** @throws MlsError `malformed` */
export function restoreRatchets(
  records: GroupRecords,
  epoch: bigint,
  leafCount: number,
): SecretTree {
  if (!Number.isInteger(Math.log2(leafCount)))
    throw new MlsError('malformed', 'no width of a tree');
  const build = (path: string, width: number): SecretNode => {
    const bytes = records.get(path);
    if (bytes !== undefined) {
      const stored = decode(secretNode, bytes);
      if (stored.is === 'secret') return stored.secret;
      return {
        handshake: ratchetOf(stored.handshake),
        application: ratchetOf(stored.application),
      };
    }
    if (width <= 1) throw new MlsError('malformed', 'a ratchet is missing');
    return { left: build(`${path}0`, width / 2), right: build(`${path}1`, width / 2) };
  };
  return { root: build(prefixOf(epoch), leafCount), leafCount };
}
