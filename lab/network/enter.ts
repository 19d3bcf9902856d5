/**
 * Namespaces of our own (namespaces(7)): network, mounts and processes. The kernel takes all that was made
 * in them away when their first process ends, however it ends; no packet finds a way out of them.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { delimiter } from 'node:path';

const PROGRAMS = ['unshare', 'nsenter', 'mount', 'ip', 'nft', 'tcpdump', 'openssl'] as const;
/** What Debian calls the packages that bring them. */
const PACKAGES = 'util-linux iproute2 nftables tcpdump openssl';
const OUTSIDE = 'LAB_OUTSIDE_NETWORK';

/** Where distributions keep what only root is expected to run. */
export function labPath(): string {
  return [process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(delimiter);
}

function flags(): string[] {
  const own = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];
  return process.getuid?.() === 0 ? own : ['--user', '--map-root-user', ...own];
}

/** One sentence that says why the lab cannot run here and what to do; undefined where it can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'The lab needs Linux: it is made of network namespaces.';
  const env = { ...process.env, PATH: labPath() };
  const missing = PROGRAMS.filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`], { env }).status !== 0,
  );
  if (missing.length > 0) {
    return `The lab needs ${missing.join(', ')}: install the packages ${PACKAGES}, then run the same command again.`;
  }
  const trial =
    'mount -t tmpfs tmpfs /run && mkdir /run/netns && ip netns add trial && ip link add trial type bridge && nft add table ip trial';
  const { status, stderr } = spawnSync('unshare', [...flags(), 'sh', '-c', trial], { env });
  if (status === 0) return undefined;
  const said = stderr?.toString().trim().split('\n')[0] ?? '';
  return `The lab may not make network namespaces here (${said}): run it as root, or where unprivileged user namespaces are allowed.`;
}

/** Starts a program of the lab inside; it ends when we do. Its standard input is ours to close. */
export function enter(program: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, PATH: labPath(), [OUTSIDE]: networkHere() };
  return spawn('unshare', [...flags(), process.execPath, program, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/**
 * Refuses to go on in a network that is not the lab's own: what follows would change the machine's. Ends
 * this process as soon as the one that started it is gone.
 */
export function assertInside(): void {
  const outside = process.env[OUTSIDE];
  if (outside === undefined || outside === networkHere()) {
    throw new Error('not in a network namespace of its own: start the lab by npm run lab');
  }
  process.stdin.on('end', () => process.exit(1)).resume();
}

function networkHere(): string {
  return readlinkSync('/proc/self/ns/net');
}
