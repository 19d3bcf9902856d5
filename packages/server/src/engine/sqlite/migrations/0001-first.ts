/**
 * The first schema. Ids and hashes are random, times are hours since 1970. Nothing joins an allowance
 * or an invite to a log or a blob: who paid for what is never written down.
 */
export const sql = `
  CREATE TABLE log (
    log BLOB NOT NULL,
    kind INTEGER NOT NULL,
    head INTEGER NOT NULL,
    first INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    oldest INTEGER NOT NULL,
    PRIMARY KEY (log)
  ) STRICT, WITHOUT ROWID;
  -- Retention starts where something is old; a log without entries has the largest integer here.
  CREATE INDEX log_by_oldest ON log (oldest);

  -- Of a group: the capability of each epoch, and the seq of the Commit that led to it.
  -- Of an inbox: its owner's secret, as epoch 0.
  CREATE TABLE capability (
    log BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    hash BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (log, epoch)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX capability_by_hash ON capability (log, hash);

  -- closes and next are 0 and empty unless the entry is a Commit.
  CREATE TABLE entry (
    log BLOB NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    id BLOB NOT NULL,
    body BLOB NOT NULL,
    closes INTEGER NOT NULL,
    next BLOB NOT NULL,
    hour INTEGER NOT NULL,
    PRIMARY KEY (log, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX entry_by_id ON entry (log, id);

  -- last is empty when there is no KeyPackage of last resort.
  CREATE TABLE contact_token (
    log BLOB NOT NULL,
    hash BLOB NOT NULL,
    per_hour INTEGER NOT NULL,
    last BLOB NOT NULL,
    PRIMARY KEY (log, hash)
  ) STRICT, WITHOUT ROWID;

  -- taken_by is empty while the KeyPackage is in stock. One that was handed out keeps its digest, so
  -- that a repeated 'stock' does not hand it out again, and its body for an hour, for a repeated 'take'.
  CREATE TABLE key_package (
    log BLOB NOT NULL,
    token BLOB NOT NULL,
    digest BLOB NOT NULL,
    body BLOB NOT NULL,
    taken_by BLOB NOT NULL,
    hour INTEGER NOT NULL,
    PRIMARY KEY (log, token, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX key_package_by_hour ON key_package (hour) WHERE taken_by <> x'';

  CREATE TABLE blob (
    blob BLOB NOT NULL,
    hash BLOB NOT NULL,
    drop_hash BLOB NOT NULL,
    pieces INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    PRIMARY KEY (blob)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blob_by_hour ON blob (hour);

  -- In this file and not in one of its own, so that one fsync and one lock cover a whole turn.
  CREATE TABLE piece (
    blob BLOB NOT NULL,
    number INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (blob, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE allowance (
    hash BLOB NOT NULL,
    logs INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    invites INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE invite (
    hash BLOB NOT NULL,
    uses INTEGER NOT NULL,
    until INTEGER NOT NULL,
    tag BLOB NOT NULL,
    PRIMARY KEY (hash)
  ) STRICT, WITHOUT ROWID;
`;
