/** A network of our own for databases: a bridge, and a namespace for each machine, whose cables can be cut. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';

const NET = '10.77.0';

/** One machine: what runs in its namespace can reach the others, and us. */
export class Machine {
  readonly address: string;
  readonly #number: number;
  readonly #holder: ChildProcess;

  private constructor(number: number, holder: ChildProcess) {
    this.#number = number;
    this.#holder = holder;
    this.address = `${NET}.${number}`;
  }

  /** `number`: from 1 to 253, the last part of its address. */
  static async start(number: number): Promise<Machine> {
    const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep infinity'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const machine = new Machine(number, holder);
    const [here, there] = [`v${number}`, `e${number}`];
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there);
    ip('link', 'set', here, 'master', 'bridge', 'up');
    ip('link', 'set', there, 'netns', String(holder.pid));
    machine.#ip('link', 'set', 'lo', 'up');
    machine.#ip('addr', 'add', `${machine.address}/24`, 'dev', there);
    machine.#ip('link', 'set', there, 'up');
    return machine;
  }

  /** The beginning of a command that runs on this machine as somebody who is not root. */
  as(user: number): string[] {
    const enter = ['nsenter', '-t', String(this.#holder.pid), '--net', 'setpriv'];
    return [...enter, `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  }

  /** Cuts its cable, or mends it. */
  cable(whole: boolean): void {
    ip('link', 'set', `v${this.#number}`, whole ? 'up' : 'down');
  }

  /** It reaches these no more, nor they it, while everybody else does; or it does again. */
  reach(others: readonly Machine[], reaches: boolean): void {
    for (const { address } of others) {
      this.#ip('route', reaches ? 'del' : 'add', 'blackhole', `${address}/32`);
    }
  }

  /** SIGKILL for all that runs on it, as when the power goes. */
  kill(): void {
    const namespace = (pid: string | number) => readlinkSync(`/proc/${pid}/ns/net`);
    const own = namespace(this.#holder.pid ?? 0);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (Number(pid) === this.#holder.pid) continue;
      try {
        if (namespace(pid) === own) process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended in this moment.
      }
    }
  }

  #ip(...args: string[]): void {
    execFileSync('nsenter', ['-t', String(this.#holder.pid), '--net', 'ip', ...args]);
  }
}

/** Of the namespace that this process has to itself. */
export function startNetwork(): void {
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', 'bridge', 'type', 'bridge');
  ip('addr', 'add', `${NET}.254/24`, 'dev', 'bridge');
  ip('link', 'set', 'bridge', 'up');
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}
