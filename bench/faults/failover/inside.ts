/**
 * `node inside.ts WHAT ROUNDS SEED FOLDER`, in namespaces of its own (failover.ts): a server on two
 * PostgreSQL servers, of which one is struck in each round while members work. Prints a verdict.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '@polynya/reach/test/bad-carrier';
import { Group } from '@polynya/server/test/load';
import { endProcess, startProcess } from '@polynya/server/test/server-process';
import { startNetwork } from './network.ts';
import { Pair } from './pair.ts';

const NOBODY = 65_534;
const [what = '', rounds = '1', seed = '1', folder = ''] = process.argv.slice(2);
const random = seeded(Number(seed));

// Where Debian's PostgreSQL makes its sockets.
mkdirSync('/run/postgresql', { recursive: true });
execFileSync('mount', [
  '-t',
  'tmpfs',
  '-o',
  `uid=${NOBODY},gid=${NOBODY}`,
  'tmpfs',
  '/run/postgresql',
]);
startNetwork();
const databases = join(folder, 'databases');
mkdirSync(databases);
chownSync(databases, NOBODY, NOBODY);
const pair = await Pair.start(databases);
const server = await startProcess(join(folder, 'data'), 'FULL', [], pair.url);
const group = await Group.on(server);

/** The primary dies with all that runs on its machine, and comes back later. */
async function failover(): Promise<void> {
  const { primary } = await pair.healthy();
  primary.machine.kill();
  await group.acknowledgements(8);
  pair.begin(primary);
}

/** The network parts, and comes together again when work went on. */
async function split(): Promise<void> {
  const { primary, standby } = await pair.healthy();
  const kind = Math.floor(random() * 3);
  const others = [standby.machine, pair.monitor];
  // The server still reaches the primary, which nobody else does; or nobody at all does; or the standby is away.
  if (kind === 0) primary.machine.reach(others, false);
  else (kind === 1 ? primary : standby).machine.cable(false);
  await group.acknowledgements(8);
  if (kind === 0) primary.machine.reach(others, true);
  else (kind === 1 ? primary : standby).machine.cable(true);
}

for (let round = 1; round <= Number(rounds); round++) {
  await group.work(server, async () => {
    await group.acknowledgements(4 + random() * 16);
    await (what === 'split' ? split() : failover());
    await pair.healthy();
    await group.acknowledgements(4);
  });
  console.error(`${what}: ${round} of ${rounds}, ${group.acknowledged} acknowledged so far`);
}
const verdict = await group.judge(server);
await endProcess(server, 'SIGTERM');
process.stdout.write(JSON.stringify(verdict), () => process.exit(0));
