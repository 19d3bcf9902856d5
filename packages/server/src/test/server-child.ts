/** A whole server as a process of its own: `node server-child.ts FOLDER SYNCHRONOUS [POSTGRES]`. Says in one line where it is. */
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { startServer } from '../serve.ts';

const [dataDir = '', synchronous, postgres] = process.argv.slice(2);
const free = { burst: 1_000_000, everyMs: 0 };
const server = await startServer({
  dataDir,
  host: '127.0.0.1',
  port: 0,
  clock: systemSteadyClock,
  random: systemRandom,
  log: (line) => {
    if (line.event === 'bug') console.error(JSON.stringify(line));
  },
  config: { rates: { commits: free, entries: free, makes: free } },
  ...(postgres !== undefined && { postgres }),
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
  process.exitCode = 1;
});
