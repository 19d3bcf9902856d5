/** Bytes as the key of a Map. */

/** A letter for each byte: as short as a key can be. */
export const keyOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
