/** What one use of an invite carries. Those made before carry what a first guest gets. */
export const sql = `
  CREATE TABLE invite_with_share (
    hash BLOB NOT NULL,
    uses INTEGER NOT NULL,
    until INTEGER NOT NULL,
    tag BLOB NOT NULL,
    logs INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    invites INTEGER NOT NULL,
    PRIMARY KEY (hash)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO invite_with_share SELECT hash, uses, until, tag, 1024, 8589934592, 1024 FROM invite;
  DROP TABLE invite;
  ALTER TABLE invite_with_share RENAME TO invite;
`;
