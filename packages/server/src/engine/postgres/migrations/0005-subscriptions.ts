/** Push subscriptions, sealed under the capability of an epoch of their log. Hours since 1970. */
const PARTITIONS = 16;

const partitions = Array.from(
  { length: PARTITIONS },
  (_, i) =>
    `CREATE TABLE subscription_${i} PARTITION OF subscription
     FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${i});`,
);

export const sql = `
  CREATE TABLE subscription (
    log bytea NOT NULL, id bytea NOT NULL, epoch bigint NOT NULL, until bigint NOT NULL,
    sealed bytea NOT NULL, PRIMARY KEY (log, id)) PARTITION BY HASH (log);
  ${partitions.join('\n')}
  CREATE INDEX ON subscription (until);
`;
