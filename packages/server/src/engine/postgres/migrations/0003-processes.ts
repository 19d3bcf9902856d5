/**
 * Server processes of this database, while they run: where they reach each other. Unlogged, because it is
 * written every few seconds and what is lost with a crash is said again.
 */
export const sql = `
  CREATE UNLOGGED TABLE process (
    number integer NOT NULL PRIMARY KEY, address text NOT NULL, keys bytea[] NOT NULL,
    serial bigint NOT NULL, heard timestamptz NOT NULL);
`;
