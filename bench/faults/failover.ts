/**
 * PostgreSQL under synchronous replication with automatic failover: the primary killed, and the network
 * between the servers parted. In namespaces of their own (unshare(1)), which take all along when they end.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Fault } from './fault.ts';

const PROGRAMS = ['unshare', 'nsenter', 'setpriv', 'ip', 'pg_autoctl'];
const NAMESPACES = [
  ...['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'],
];
/** As the first process of its namespace it takes notice of those that ended, which Node does not. */
const REAPER = ['sh', '-c', '"$0" "$@"; exit $?'];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

const inNamespaces =
  (what: 'failover' | 'split'): Fault =>
  async ({ rounds, random, folder }) => {
    const why = missing();
    if (why !== undefined) return why;
    // Another user's databases are below it.
    chmodSync(folder, 0o755);
    const seed = Math.floor(random() * 2 ** 31);
    const inside = join(import.meta.dirname, 'failover', 'inside.ts');
    const args = [inside, what, String(rounds), String(seed), folder];
    const child = spawn('unshare', [...NAMESPACES, ...REAPER, process.execPath, ...args], {
      env: { ...process.env, PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await text(child.stdout);
    if (said === '') throw new Error(`${what} did not come to its end`);
    return JSON.parse(said);
  };

/** The primary killed, again and again, under load. */
export const failover = inNamespaces('failover');
/** The network parted: the primary, or the standby, on the wrong side of it. */
export const split = inNamespaces('split');

function missing(): string | undefined {
  if (process.getuid?.() !== 0)
    return 'It makes network namespaces and other users: run it as root.';
  const found = (program: string) =>
    spawnSync('sh', ['-c', `command -v ${program}`], { env: { ...process.env, PATH } }).status ===
    0;
  const lacking = PROGRAMS.filter((program) => !found(program));
  if (lacking.length === 0) return undefined;
  return `${lacking.join(', ')} missing: apt-get install postgresql-15-auto-failover iproute2 util-linux.`;
}
