/**
 * Which server's SQLite database was copied here, as long as nobody has served from the copy: such a copy
 * may be made again.
 */
export const sql = `
  CREATE TABLE copied_from (identity bytea NOT NULL);
`;
