/** Pictures of one album stand together among what was found, as they do in their chat. */

/** An album of one sender; the place in it. */
type Place = { readonly id: string; readonly place: number } | null;

/** What was found, in its order, each album where its first one came, in the order of the album. */
export function inAlbumOrder<T>(found: readonly T[], placeOf: (one: T) => Place): T[] {
  const albums = new Map<string, T[]>();
  const groups: T[][] = [];
  for (const one of found) {
    const id = placeOf(one)?.id;
    const before = id === undefined ? undefined : albums.get(id);
    if (before) {
      before.push(one);
      continue;
    }
    const group = [one];
    groups.push(group);
    if (id !== undefined) albums.set(id, group);
  }
  const at = (one: T) => placeOf(one)?.place ?? 0;
  return groups.flatMap((group) => group.sort((a, b) => at(a) - at(b)));
}
