/** A network from which nothing leads out, for a program and all that it starts: namespaces that end with it. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** A network card that leads nowhere. */
const NETWORK = `ip link set lo up
ip link add near0 type veth peer name near1
ip addr add 10.77.0.1/24 dev near0
ip link set near0 up
ip link set near1 up
exec "$@"`;

const inside = (...command: string[]) => [
  '-Urnpf',
  '--kill-child',
  '--mount-proc',
  'sh',
  '-ec',
  NETWORK,
  'sh',
  ...command,
];

/** Whether there can be one here; says so where not. @param what is not tested then */
export function hasLonelyNetworks(what: string): boolean {
  try {
    execFileSync('unshare', inside('true'), { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`No network namespaces here: ${what} is not tested.`);
    return false;
  }
}

/** Runs a TypeScript program in one to its end, and answers what it printed as JSON. */
export async function runInLonelyNetwork(program: string, ms = 170_000): Promise<unknown> {
  const options = { timeout: ms, killSignal: 'SIGKILL' } as const;
  const { stdout } = await promisify(execFile)(
    'unshare',
    inside(process.execPath, program),
    options,
  );
  return JSON.parse(stdout);
}
