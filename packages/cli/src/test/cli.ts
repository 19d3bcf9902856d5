/** The program as a person runs it: child processes, real folders, real sockets. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { run } from '../run.ts';

const NEVER = new AbortController().signal;
const main = join(import.meta.dirname, '..', 'main.ts');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A program that runs until it is stopped; what it has said so far can be waited for. */
export class Running {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<unknown>;
  out = '';
  err = '';

  constructor(
    program: string,
    args: readonly string[],
    env: Record<string, string> = {},
    cwd = process.cwd(),
  ) {
    const inherited = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', TZ: 'UTC' };
    this.#child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { ...inherited, ...env },
    });
    this.#exit = once(this.#child, 'close');
    // A test that fails leaves nothing running.
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#child.once('close', () => process.off('exit', kill));
    this.#child.stdout.setEncoding('utf8').on('data', (text) => {
      this.out += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.err += text;
    });
    this.#child.stdin.on('error', () => this.#child.stdin.destroy());
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Resolves once the output matches. Rejects when the program ends before, or after a minute. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (const patience = AbortSignal.timeout(60_000); ; ) {
      const found = pattern.exec(this.out);
      if (found) return found;
      if (patience.aborted || this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`no ${pattern} in:\n${this.out}\n${this.err}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** As `polynya ... | head` does: from here on nobody reads what it says. */
  stopListening(): void {
    this.#child.stdout.destroy();
  }

  async ended(): Promise<Outcome> {
    await this.#exit;
    return { code: this.#child.exitCode, out: this.out, err: this.err };
  }

  stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<Outcome> {
    this.#child.kill(signal);
    return this.ended();
  }
}

/** Asks again until it is so, for a minute at most. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const patience = AbortSignal.timeout(60_000); !(await isSo()); ) patience.throwIfAborted();
}

/** A folder of its own, gone at the end of the scope. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'polynya-'));

  in(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

class Heard extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** Runs one command line to its end as a call in this process: most of what a process costs is its start. */
export async function runHere(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const [output, notes] = [new Heard(), new Heard()];
  const terminal = { input: Readable.from([]), output, notes, env, ended: NEVER };
  const code = await run(args, terminal);
  return { code, out: output.text, err: notes.text };
}

/** Runs one command line to its end. */
export function polynya(...args: string[]): Promise<Outcome> {
  return new Running(main, args).ended();
}

export function start(...args: string[]): Running {
  return new Running(main, args);
}

export interface TestServer extends Running {
  readonly port: number;
  readonly link: string;
}

/** `polynya serve` on a port of its own, ready for whoever comes. */
export async function serve(data: string, ...args: string[]): Promise<TestServer> {
  const server = start('serve', '--port', '0', '--uses', '50', '--data', data, ...args);
  const [link = ''] = await server.until(/^https?:\/\/\S+#\S+$/m);
  await server.until(/Ctrl-C/);
  return Object.assign(server, { port: Number(new URL(link).port), link });
}

/** The program as `npm start` bundles it, made anew where sources are newer. */
export async function bundled(): Promise<string> {
  const root = join(import.meta.dirname, '..', '..', '..', '..');
  const made = await new Running(join(root, 'scripts', 'program.ts'), []).ended();
  if (made.code !== 0) throw new Error(made.err);
  return join(root, 'packages', 'cli', 'dist', 'main.cjs');
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A person: a profile of their own, and commands run with it, each of which must succeed. */
export class Person {
  readonly profile: string;
  readonly #address: string | undefined;

  /** @param address of 127.0.0.0/8, from which all their connections come; else the usual one */
  constructor(folder: TemporaryFolder, name: string, address?: string) {
    this.profile = folder.in(name);
    this.#address = address;
  }

  /** Standard output without the last line's end. */
  async does(command: string, ...args: string[]): Promise<string> {
    const { code, out, err } = await this.tries(command, ...args);
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${err}${out}`);
    return out.trimEnd();
  }

  /** In this process, unless it is to come from an address of its own. */
  tries(command: string, ...args: string[]): Promise<Outcome> {
    if (this.#address !== undefined) return this.starts(command, ...args).ended();
    return runHere([command, ...args, '--profile', this.profile]);
  }

  starts(command: string, ...args: string[]): Running {
    const env = this.#address === undefined ? {} : comingFrom(this.#address);
    return new Running(main, [command, ...args, '--profile', this.profile], env);
  }

  /** The lines of a command that prints JSON. */
  async lists<T>(command: string, ...args: string[]): Promise<T[]> {
    const out = await this.does(command, ...args, '--json');
    return out.split('\n').flatMap((line) => (line ? [JSON.parse(line) as T] : []));
  }
}

/** The environment of a Node whose connections come from `address`. */
export function comingFrom(address: string): Record<string, string> {
  const preloaded = pathToFileURL(join(import.meta.dirname, 'from-address.ts')).href;
  return { NODE_OPTIONS: `--import=${preloaded}`, POLYNYA_TEST_ADDRESS: address };
}
