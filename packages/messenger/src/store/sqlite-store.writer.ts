/**
 * The process that `sqlite-store.test.ts` kills: it applies batches without end and prints the
 * number of each one once it is acknowledged. Arguments: the database's path, the first number.
 */
import { writeSync } from 'node:fs';
import { openSqliteStore } from './sqlite-store.ts';

const [path = '', first = '0'] = process.argv.slice(2);
const store = await openSqliteStore(path);
for (let n = Number(first); ; n++) {
  const key = String(n).padStart(8, '0');
  await store.apply([
    { table: 'log', key, value: new Uint8Array(n % 50).fill(n) },
    { table: 'entry', key, value: new Uint8Array((n * 977) % 20_000).fill(n) },
    { table: 'timeline', key, value: new Uint8Array(1).fill(n) },
  ]);
  writeSync(1, `${n}\n`);
}
