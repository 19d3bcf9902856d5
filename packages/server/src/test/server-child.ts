/**
 * A whole server as a process of its own: `node server-child.ts FOLDER SYNCHRONOUS [POSTGRES [several]]`. Says in one
 * line where it is. By how many ms its clock is wrong stands in `FOLDER.clock`, read at its start and at SIGUSR2.
 */
import { existsSync, readFileSync } from 'node:fs';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { startServer } from '../serve.ts';

const [dataDir = '', synchronous, postgres, several] = process.argv.slice(2);
let wrongBy = 0;
const readClock = (): void => {
  const file = `${dataDir}.clock`;
  if (existsSync(file)) wrongBy = Number(readFileSync(file, 'utf8'));
};
readClock();
process.on('SIGUSR2', readClock);
const free = { burst: 1_000_000, everyMs: 0 };
const server = await startServer({
  dataDir,
  host: '127.0.0.1',
  port: 0,
  clock: { ...systemSteadyClock, now: () => Date.now() + wrongBy },
  random: systemRandom,
  log: (line) => {
    if (line.event === 'bug') console.error(JSON.stringify(line));
  },
  config: { rates: { commits: free, entries: free, makes: free } },
  ...(postgres !== undefined && { postgres }),
  ...(several && { inside: { host: '127.0.0.1', port: 0 } }),
  synchronous: synchronous === 'OFF' ? 'OFF' : 'FULL',
});
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
console.log(
  JSON.stringify({
    pid: process.pid,
    endpoint: server.endpoints[0],
    identity: hex(server.identity),
    invite: hex(await server.invite(10, 1)),
  }),
);
process.on('SIGTERM', () => server.close());
server.failed.then(async ({ message }) => {
  await server.close();
  console.log(message);
  // As the program does: Node takes objects down when it runs out of work, and with them closes databases.
  process.exit(1);
});
