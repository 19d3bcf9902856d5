/**
 * Bodies are sealed under the key of their day (day-keys.ts), which `hour` of the entry or of the blob
 * names. `seal` is the engine's. Pieces of blobs that were dropped (hour 0) are deleted instead.
 */
export const sql = `
  UPDATE entry SET body = seal(log, seq, hour, body);
  DELETE FROM piece WHERE blob IN (SELECT blob FROM blob WHERE hour = 0);
  UPDATE piece SET body = seal(blob, number, (SELECT hour FROM blob WHERE blob = piece.blob), body);
`;
