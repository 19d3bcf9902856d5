/**
 * Every kind of datum that a server stores, in words: what each table and column of the database is for,
 * and each file beside it. `polynya knows` prints this beside what the database itself says; a test holds
 * that no column is missing here.
 */
export interface DataKind {
  readonly what: string;
  readonly columns: Readonly<Record<string, string>>;
}

const randomLog = 'random id of the log';
const hourOf = 'hour since 1970';

export const DATA_KINDS: Readonly<Record<string, DataKind>> = {
  log: {
    what: 'a chat, a channel or an inbox, none of which it can be told from its row',
    columns: {
      log: randomLog,
      kind: 'group or inbox',
      head: 'number of the last entry',
      first: 'number of the oldest entry that is kept',
      epoch: 'how often its keys changed',
      closed: 'the last time that a change shut somebody out',
      oldest: `${hourOf} of the oldest entry`,
      bytes: 'size of its entries',
    },
  },
  capability: {
    what: 'what opens a log, as a hash, for each change of its keys',
    columns: {
      log: randomLog,
      epoch: 'which change of keys',
      hash: 'SHA-256 of the secret',
      seq: 'number of the entry that made the change',
      first: 'number of the first entry after it',
    },
  },
  entry: {
    what: 'a message or change, sealed by its sender and sealed again under the key of its day',
    columns: {
      log: randomLog,
      seq: 'its number',
      kind: 'message, change of keys, or letter',
      epoch: 'of which keys',
      id: 'random id, so that a repeat is known',
      body: 'ciphertext',
      closes: 'whether it shuts somebody out',
      next: 'SHA-256 of the secret that opens the log after it',
      hour: `${hourOf} when it came`,
    },
  },
  journal: {
    what: 'what was appended in the last moments, until it goes to the tables of logs and entries',
    columns: {
      number: 'which row',
      entries: 'for each message: random id of the log, and what its row of entries will have',
    },
  },
  contact_token: {
    what: 'what lets somebody write to an inbox, as a hash; its holder is not known',
    columns: {
      log: 'random id of the inbox',
      hash: 'SHA-256 of the token',
      per_hour: 'letters that it may send in an hour',
      last: 'KeyPackage of last resort, sealed',
      last_hour: `${hourOf} when that was left`,
    },
  },
  key_package: {
    what: 'a public key left for a contact, sealed',
    columns: {
      log: 'random id of the inbox',
      token: 'SHA-256 of the contact token',
      digest: 'SHA-256 of the KeyPackage',
      body: 'ciphertext',
      taken_by: 'random id of the request that took it',
      hour: hourOf,
    },
  },
  blob: {
    what: 'a file, without name or type',
    columns: {
      blob: 'random id',
      hash: 'SHA-256 of the secret that reads it',
      drop_hash: 'SHA-256 of the secret that deletes it',
      pieces: 'number of pieces',
      bytes: 'size',
      hour: `${hourOf} when it came`,
    },
  },
  piece: {
    what: 'a part of a file, sealed by its sender and sealed again under the key of its day',
    columns: { blob: 'random id of the file', number: 'which part', body: 'ciphertext' },
  },
  allowance: {
    what: 'what somebody who was admitted may still make; not who, nor what they made, but how much of it',
    columns: {
      hash: 'SHA-256 of a random token',
      logs: 'logs left',
      bytes: 'bytes of files left',
      invites: 'invites left',
      until: 'minute since 1970 when it ends; 0 for never',
    },
  },
  subscription: {
    what: 'where a push service takes "something came" for a browser that is away; not whose it is, nor which other logs it follows',
    columns: {
      log: randomLog,
      id: 'random id; in an inbox made from a contact token, of which the server keeps a hash that is not this',
      epoch: 'of which keys; 0 in an inbox',
      until: `${hourOf} when it ends`,
      sealed:
        'ciphertext, under a secret that the server has only while somebody of that chat shows it',
    },
  },
  invite: {
    what: 'an invite to the server; not who made it, nor who came by it, though the numbers of allowances may tell',
    columns: {
      hash: 'SHA-256 of the secret in the link',
      uses: 'uses left',
      until: 'minute since 1970 when it ends; of one for days a full hour',
      tag: 'hash by which its maker takes it back',
      terms: 'hash of what it was made on',
      logs: 'logs that each use carries',
      bytes: 'bytes of files that each use carries',
      invites: 'invites that each use carries',
    },
  },
};

/** Tables that no backup has: they are about the server's own machines, and about now. */
export const OWN_TABLES: Readonly<Record<string, string>> = {
  process:
    'the processes that serve from this database: where they reach each other, and when each was there last',
  copied_from: 'that this is a copy of another database of this server, until it is used',
};

/** Files of the data folder, besides the database. */
export const DATA_FILES: Readonly<Record<string, string>> = {
  'server-keys.json': 'the identity of the server: secret',
  'record-serial': 'the number of its last access record',
  'bridges.json': 'the bridges that it was ever told of, and the shelf of each: secret',
  'last-hour': 'the hour that its clock showed last',
  'push-key.pem': 'the key that signs for push services (VAPID): secret',
  'acme/': 'the certificate that was fetched, its key and the key to the authority: secret',
  'keys/': 'one key for each day of bodies, destroyed with the day: secret',
  'moved-to-postgres': 'that the database went to PostgreSQL; holds nothing',
  'polynya.conf': 'the settings, if they are kept here',
  'control.sock': 'how commands on this machine reach the server; holds nothing',
};

/** What is only in memory, and never on the disk. */
export const IN_MEMORY: readonly string[] = [
  'the network address of each open connection, as long as it is open',
  'the keys of each session, 24 hours at most',
  'which session watches which log',
  'which browser was told that something came, by a name that means nothing elsewhere, until it was there again',
  'how much each session, log and token used of its limits',
];
