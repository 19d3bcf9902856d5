/** Push subscriptions, sealed under the capability of an epoch of their log. Hours since 1970. */
export const sql = `
  CREATE TABLE subscription (
    log BLOB NOT NULL,
    id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    until INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (log, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX subscription_by_end ON subscription (until);
`;
