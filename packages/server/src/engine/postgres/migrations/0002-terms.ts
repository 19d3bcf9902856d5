/**
 * What an invite was granted on, as a hash, so that a repeated grant is told from another one (empty for
 * those made before and the host's own); and its end in minutes since 1970 instead of hours.
 */
export const sql = `
  ALTER TABLE invite ADD COLUMN terms bytea NOT NULL DEFAULT '';
  UPDATE invite SET until = until * 60;
`;
