/** Talking in one network without a server: in a network namespace, from which nothing leads out. */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCENARIO = join(import.meta.dirname, 'test', 'near-scenario.ts');
/** A network card that leads nowhere. */
const NETWORK = `ip link set lo up
ip link add near0 type veth peer name near1
ip addr add 10.77.0.1/24 dev near0
ip link set near0 up
ip link set near1 up
exec "$@"`;

/** In namespaces that end, with all that runs in them, when the first process does. */
const inside = (...command: string[]) => [
  '-Urnpf',
  '--kill-child',
  'sh',
  '-ec',
  NETWORK,
  'sh',
  ...command,
];

function possible(): boolean {
  try {
    execFileSync('unshare', inside('true'), { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('No network namespaces here: talking without a server is not tested.');
    return false;
  }
}

test.skipIf(!possible())(
  'two in one network go on without their server, and all is in one order when it is back',
  async () => {
    const scenario = inside(process.execPath, SCENARIO);
    const options = { timeout: 170_000, killSignal: 'SIGKILL' } as const;
    const { stdout } = await promisify(execFile)('unshare', scenario, options);
    const { ann, bo, codes } = JSON.parse(stdout);
    expect(codes).toEqual([0, 0]);
    expect([...ann].sort()).toEqual(
      ['Ann: is anybody there?', 'Ann: so am I', 'Bo: I am', 'Bo: online again'].sort(),
    );
    expect(bo).toEqual(ann);
  },
  180_000,
);
