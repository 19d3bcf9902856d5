/**
 * The public keys in use in a tree, as a persistent trie: whether a key is new (RFC 9420 sections 7.3 and 12.4.2) is
 * asked in every Commit, and must not cost a walk over the group.
 */
import { sameBytes } from '@polynya/crypto/bytes';

/** Nothing, one key, or seventeen by the next four bits; the last for keys that end here. */
type Trie = null | Uint8Array | readonly Trie[];

const END = 16;
const FORK: readonly Trie[] = Array.from({ length: END + 1 }, () => null);

const isFork = (trie: Trie): trie is readonly Trie[] => Array.isArray(trie);

function branchOf(key: Uint8Array, depth: number): number {
  const byte = key[depth >> 1];
  if (byte === undefined) return END;
  return depth % 2 === 0 ? byte >> 4 : byte & 15;
}

function has(trie: Trie, key: Uint8Array): boolean {
  let at = trie;
  for (let depth = 0; isFork(at); depth += 1) at = at[branchOf(key, depth)] ?? null;
  return at !== null && sameBytes(at, key);
}

function add(trie: Trie, key: Uint8Array, depth: number): Trie {
  if (trie === null) return key;
  if (!isFork(trie)) {
    return sameBytes(trie, key) ? trie : add(add(FORK, trie, depth), key, depth);
  }
  const at = branchOf(key, depth);
  return trie.with(at, add(trie[at] ?? null, key, depth + 1));
}

function remove(trie: Trie, key: Uint8Array, depth: number): Trie {
  if (trie === null || !isFork(trie)) {
    return trie !== null && sameBytes(trie, key) ? null : trie;
  }
  const at = branchOf(key, depth);
  const rest = trie.with(at, remove(trie[at] ?? null, key, depth + 1));
  return rest.some((part) => part !== null) ? rest : null;
}

export class KeyIndex {
  readonly #trie: Trie;

  constructor(trie: Trie = null) {
    this.#trie = trie;
  }

  has(key: Uint8Array): boolean {
    return has(this.#trie, key);
  }

  with(key: Uint8Array): KeyIndex {
    return new KeyIndex(add(this.#trie, key, 0));
  }

  without(key: Uint8Array): KeyIndex {
    return new KeyIndex(remove(this.#trie, key, 0));
  }
}
