/** A real server in a process of its own, that can be killed in the middle of anything. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cli = join(import.meta.dirname, '..', '..', 'cli', 'src', 'main.ts');

export class ServerProcess {
  /** Admits twenty people. Printed at each start; the first one stays good. */
  readonly link: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #more: readonly string[];
  #process: ChildProcess;

  private constructor(
    port: number,
    folder: string,
    more: readonly string[],
    process: ChildProcess,
    link: string,
  ) {
    this.#port = port;
    this.#folder = folder;
    this.#more = more;
    this.#process = process;
    this.link = link;
  }

  /** `more`: arguments of `polynya serve`. */
  static async start(more: readonly string[] = []): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'polynya-web-'));
    const port = await freePort();
    const { process, link } = await run(port, folder, more);
    return new ServerProcess(port, folder, more, process, link);
  }

  get page(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** SIGKILL: nothing is finished, nothing is said. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** On the same port and data folder. */
  async restart(): Promise<void> {
    const { process } = await run(this.#port, this.#folder, this.#more);
    this.#process = process;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function run(
  port: number,
  folder: string,
  more: readonly string[],
): Promise<{ process: ChildProcess; link: string }> {
  // People in tests write faster than people do.
  const hurried = ['--set', 'rates.entries.burst=512', '--set', 'rates.entries.everyMs=20'];
  const given = ['--port', `${port}`, '--data', folder, '--uses', '20', ...hurried, ...more];
  const args = [cli, 'serve', ...given];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  // Its output stays open: what it says later would meet a closed pipe.
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk;
    const link = said.match(/http\S+#\S+/)?.[0];
    if (link !== undefined) {
      child.stdout.resume();
      return { process: child, link };
    }
  }
  throw new Error(`the server ended without printing a link: ${said}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
