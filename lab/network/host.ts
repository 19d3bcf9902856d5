/** Programs on the lab's hosts: started, listened to, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { inHost } from './build.ts';
import type { HostName } from './plan.ts';

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each whole line of its standard output. */
  readonly onLine?: (line: string) => void;
}

/** A program of Node's that runs on a host. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  /** Everything it has said so far. */
  out = '';
  err = '';

  constructor(host: HostName, args: readonly string[], { env = {}, onLine }: ProgramOptions = {}) {
    const [program = '', ...before] = inHost(host);
    const inherited = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', TZ: 'UTC' };
    this.#child = spawn(program, [...before, process.execPath, ...args], {
      env: { ...inherited, ...env },
      stdio: 'pipe',
    });
    this.#exit = once(this.#child, 'close').then(() => this.#tell());
    let partial = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
      this.#tell();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
    // Whoever does not read any more says so by ending.
    this.#child.stdin?.on('error', () => this.#child.stdin?.destroy());
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Resolves with whether it says this, behind so much that it has said; with false when it ends before, or time is up. */
  async until(wanted: RegExp | string, signal: AbortSignal, after = 0): Promise<boolean> {
    const said = () =>
      typeof wanted === 'string'
        ? this.out.includes(wanted, after)
        : wanted.test(this.out.slice(after));
    for (;;) {
      if (said()) return true;
      if (this.ended || signal.aborted) return false;
      await this.#more(signal);
    }
  }

  /** Resolves with its exit code; null when it was killed, as it is when time is up. */
  async finished(signal: AbortSignal): Promise<number | null> {
    const kill = () => this.#child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    await this.#exit;
    signal.removeEventListener('abort', kill);
    return this.#child.exitCode;
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    await this.finished(AbortSignal.timeout(5_000));
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #tell(): void {
    for (const each of [...this.#waiting]) each();
  }
}
