/**
 * The first schema: the same tables as SQLite's, each hash-partitioned by the first column of its key, so
 * that all of a log, or of a blob, is in one place and a distributed PostgreSQL can take over unchanged.
 * Bodies are ciphertext, which does not compress.
 */
const PARTITIONS = 16;

const tables = {
  log: `
    log bytea NOT NULL, kind smallint NOT NULL, head bigint NOT NULL, first bigint NOT NULL,
    epoch bigint NOT NULL, closed bigint NOT NULL, oldest bigint NOT NULL, bytes bigint NOT NULL,
    PRIMARY KEY (log)`,
  capability: `
    log bytea NOT NULL, epoch bigint NOT NULL, hash bytea NOT NULL, seq bigint NOT NULL,
    first bigint NOT NULL, PRIMARY KEY (log, epoch), UNIQUE (log, hash)`,
  entry: `
    log bytea NOT NULL, seq bigint NOT NULL, kind smallint NOT NULL, epoch bigint NOT NULL,
    id bytea NOT NULL, body bytea STORAGE EXTERNAL NOT NULL, closes boolean NOT NULL,
    next bytea NOT NULL, hour bigint NOT NULL, PRIMARY KEY (log, seq), UNIQUE (log, id)`,
  contact_token: `
    log bytea NOT NULL, hash bytea NOT NULL, per_hour integer NOT NULL, last bytea NOT NULL,
    last_hour bigint NOT NULL, PRIMARY KEY (log, hash)`,
  key_package: `
    log bytea NOT NULL, token bytea NOT NULL, digest bytea NOT NULL, body bytea NOT NULL,
    taken_by bytea NOT NULL, hour bigint NOT NULL, PRIMARY KEY (log, token, digest)`,
  blob: `
    blob bytea NOT NULL, hash bytea NOT NULL, drop_hash bytea NOT NULL, pieces integer NOT NULL,
    bytes bigint NOT NULL, hour bigint NOT NULL, PRIMARY KEY (blob)`,
  piece: `
    blob bytea NOT NULL, number integer NOT NULL, body bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (blob, number)`,
  allowance: `
    hash bytea NOT NULL, logs bigint NOT NULL, bytes bigint NOT NULL, invites bigint NOT NULL,
    until bigint NOT NULL, PRIMARY KEY (hash)`,
  invite: `
    hash bytea NOT NULL, uses bigint NOT NULL, until bigint NOT NULL, tag bytea NOT NULL,
    logs bigint NOT NULL, bytes bigint NOT NULL, invites bigint NOT NULL, PRIMARY KEY (hash)`,
} as const;

const keys: Record<keyof typeof tables, 'log' | 'blob' | 'hash'> = {
  log: 'log',
  capability: 'log',
  entry: 'log',
  contact_token: 'log',
  key_package: 'log',
  blob: 'blob',
  piece: 'blob',
  allowance: 'hash',
  invite: 'hash',
};

const partitioned = (name: keyof typeof tables) =>
  Array.from(
    { length: PARTITIONS },
    (_, i) =>
      `CREATE TABLE ${name}_${i} PARTITION OF ${name}
       FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${i});`,
  ).join('\n');

// STORAGE in CREATE TABLE is PostgreSQL 16's.
const created = Object.entries(tables).map(([name, columns]) => {
  const table = name as keyof typeof tables;
  return `CREATE TABLE ${name} (${columns.replaceAll('STORAGE EXTERNAL ', '')})
    PARTITION BY HASH (${keys[table]});
    ${columns.includes('EXTERNAL') ? `ALTER TABLE ${name} ALTER body SET STORAGE EXTERNAL;` : ''}
    ${partitioned(table)}`;
});

export const sql = `
  ${created.join('\n')}
  CREATE INDEX ON log (oldest);
  CREATE INDEX ON contact_token (last_hour) WHERE last <> '';
  CREATE INDEX ON key_package (hour);
  CREATE INDEX ON blob (hour);
  CREATE INDEX ON invite (until);
`;
