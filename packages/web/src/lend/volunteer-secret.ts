/** What the server knows this tab's volunteer by, and the link of the tab: the same over reloads, gone with the tab. */
const SECRET = 'polynya-lend-secret';
const LINK = 'polynya-lend-link';
const LENGTH = 32;

type Memory = Pick<Storage, 'getItem' | 'setItem'>;

/** 32 random bytes, drawn once. */
export function volunteerSecret(memory: Memory): Uint8Array {
  const known = (memory.getItem(SECRET) ?? '').split(',').map(Number);
  if (known.length === LENGTH) return Uint8Array.from(known);
  const fresh = crypto.getRandomValues(new Uint8Array(LENGTH));
  memory.setItem(SECRET, fresh.join());
  return fresh;
}

/**
 * What a link to lend by carries, if the page was opened by one: `#lend.` and an invite. It is gone from the address
 * by then, so a reload, which has `#lend` alone, finds it here. Null for all other addresses.
 */
export function linkToLendBy(link: string | null, memory: Memory): { invite?: string } | null {
  const [whole, given] = /#lend(?:\.([\w-]+))?$/.exec(link ?? '') ?? [];
  if (whole === undefined) return null;
  if (given !== undefined) memory.setItem(LINK, given);
  const invite = given ?? memory.getItem(LINK) ?? undefined;
  return invite === undefined ? {} : { invite };
}
