/**
 * Our server for the bench: `node polynya-server.cjs FOLDER PORT`, bundled as `npm start` bundles it. As
 * `polynya serve` starts it, fsync and sealing on, but without rates, which would measure the limits, and without
 * the page.
 */
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { startServer } from '@polynya/server/serve';

const [dataDir = '', port] = process.argv.slice(2);
const free = { burst: 100_000_000, everyMs: 0 };
const plenty = { logs: 10_000_000, bytes: 1e12, invites: 1_000 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function main(): Promise<void> {
  const server = await startServer({
    dataDir,
    host: '127.0.0.1',
    port: Number(port),
    clock: systemSteadyClock,
    random: systemRandom,
    log: (line) => {
      if (line.event === 'bug') console.error(JSON.stringify(line));
    },
    config: { allowance: plenty, rates: { commits: free, entries: free, makes: free } },
  });
  console.log(
    JSON.stringify({ identity: hex(server.identity), invite: hex(await server.invite(1_000, 1)) }),
  );
  process.on('SIGTERM', async () => {
    await server.close();
  });
}

void main();
