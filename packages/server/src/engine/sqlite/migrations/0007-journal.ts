/** What was appended lately, in a row for each transaction, until it goes to the tables of logs (journal.ts). */
export const sql = `
  CREATE TABLE journal (
    number INTEGER NOT NULL PRIMARY KEY,
    entries BLOB NOT NULL
  ) STRICT;
`;
