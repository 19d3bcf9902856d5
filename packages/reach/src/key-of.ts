/** Bytes as the key of a Map. */

/** Of ids and handles, which nearly all are. */
type Sixteen = Readonly<
  Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15, number>
>;

/**
 * A letter for each byte: as short as a key can be. Not by way of a Buffer: the memory of a short array lies within
 * the array until somebody asks for its buffer, and then V8 makes one of its own for it, which costs five keys.
 */
export function keyOf(bytes: Uint8Array): string {
  if (bytes.length !== 16) return String.fromCharCode(...bytes);
  const b = bytes as unknown as Sixteen;
  // One by one: what is spread costs three times as much.
  // biome-ignore format: sixteen lines would say no more
  return String.fromCharCode(
    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
    b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15],
  );
}
