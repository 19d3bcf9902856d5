/** Members of Polynya, each with a profile of their own, who do what people do: by the `polynya` program alone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Diagnosis } from '../diagnosis.ts';
import { writeSite } from '../hosts/site-files.ts';
import type { Certificate } from '../network/certificates.ts';
import { Program } from '../network/host.ts';
import { COMPARED_WITH, DELEGATED, HOSTS, type HostName } from '../network/plan.ts';
import type { Talker } from './talk.ts';
import { type Way, wayOfClient } from './way.ts';

/** The program. */
export const MAIN = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'src', 'main.ts');
/** The server's UDP ports: of its own, and of STUN. */
const DATAGRAMS = '33478/3478';
/** What is set up without a censor takes no longer, ms. */
const PATIENCE = 60_000;

/** `polynya serve`, reachable by its name and by its address; the one at home hides behind a web site. */
export class PolynyaServer {
  readonly #program: Program;
  readonly #host: 'server' | 'home';
  readonly #data: string;

  /** @param bridges lines of those that lead to it */
  constructor(
    host: 'server' | 'home',
    folder: string,
    { certPath, keyPath }: Certificate,
    bridges: readonly string[],
  ) {
    this.#host = host;
    this.#data = join(folder, `data-${host}`);
    const { name, address } = HOSTS[host];
    const at = ['--public', `https://${name}`, '--public', `https://${address}`];
    const tls = ['--host', '0.0.0.0', '--port', '443', '--tls', certPath, keyPath];
    const by = bridges.flatMap((line) => ['--bridge', line]);
    const names = host === 'server' ? ['--dns', DELEGATED.zone] : [];
    const datagrams = ['--direct', `${address}:${DATAGRAMS}`];
    const site = join(folder, `site-${host}`);
    if (host === 'home') writeSite(site);
    const hidden = host === 'home' ? ['--decoy', site] : [];
    const args = [...tls, ...at, ...by, ...datagrams, ...names, ...hidden, '--data', this.#data];
    this.#program = new Program(host, [MAIN, 'serve', ...args]);
  }

  /** Resolves when it serves. @throws Error with its own words when it does not */
  async ready(): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE);
    if (await this.#program.until(/Ctrl-C/, signal)) return;
    throw new Error(`polynya serve did not start: ${this.#program.err}${this.#program.out}`);
  }

  /** Of the server that hides behind a web site; '' for the other. */
  get secretPath(): string {
    return /^polynya bridge --to https:\/\/[^/]+\/([\w-]+)\/s$/m.exec(this.#program.out)?.[1] ?? '';
  }

  /** A link that lets one person in. @param shelf whose bridges it tells, if there are any */
  async invite(shelf: number): Promise<string> {
    const args = ['--data', this.#data, '--uses', '1', '--shelf', String(shelf)];
    return runToEnd(this.#host, ['invite', ...args], {});
  }

  /** A link for somebody who lends their line. */
  async lendingLink(): Promise<string> {
    return runToEnd(this.#host, ['invite', '--data', this.#data, '--uses', '1', '--lend'], {});
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

export class Member {
  readonly host: HostName;
  readonly name: string;
  readonly #profile: string;
  readonly #caPath: string;

  /** @param folder where the profile is made; each member needs another */
  constructor(host: HostName, name: string, folder: string, caPath: string) {
    this.host = host;
    this.name = name;
    this.#profile = join(folder, host);
    this.#caPath = caPath;
    mkdirSync(folder, { recursive: true });
  }

  get address(): string {
    return HOSTS[this.host].address;
  }

  /** Runs one command to its end. @throws Error when it fails or takes longer than `ms` */
  does(command: string, args: readonly string[], ms = PATIENCE): Promise<string> {
    return runToEnd(this.host, [command, ...args, '--profile', this.#profile], this.#env, ms);
  }

  /** Comes by a link to a chat. Answers what the chat is called here. @throws Error when it takes longer than `ms` */
  async arrive(link: string, ms?: number): Promise<string> {
    const said = await this.does('join', [link, '--name', this.name], ms);
    return /polynya read (\S+)/.exec(said)?.[1] ?? '';
  }

  /** What `polynya doctor` says is being done to the line, compared with some sites; null if it says nothing. */
  async diagnosis(): Promise<Diagnosis | null> {
    const sites = [
      ...COMPARED_WITH.home.flatMap((name) => ['--home', name]),
      ...COMPARED_WITH.abroad.flatMap((name) => ['--abroad', name]),
    ];
    const stun = ['--stun', HOSTS.resolver.name];
    const line = [MAIN, 'doctor', '--json', ...sites, ...stun, '--profile', this.#profile];
    const program = new Program(this.host, line, { env: this.#env });
    await program.finished(AbortSignal.timeout(PATIENCE));
    const said = program.out.trim();
    return said === '' ? null : ((JSON.parse(said) as { diagnosis?: Diagnosis }).diagnosis ?? null);
  }

  /** Opens a chat and stays in it. */
  talks(chat: string, { near = false } = {}): PolynyaTalker {
    const line = [MAIN, 'chat', chat, ...(near ? ['--near'] : []), '--profile', this.#profile];
    return new PolynyaTalker(new Program(this.host, line, { env: this.#env }));
  }

  /** The id of the only chat there is. */
  async chat(): Promise<string> {
    const listed = await this.does('chats', ['--json']);
    const { chat } = JSON.parse(listed.split('\n')[0] ?? '') as { chat: string };
    return chat;
  }

  get #env(): Record<string, string> {
    return { NODE_EXTRA_CA_CERTS: this.#caPath };
  }
}

/** Until a client that changes its way has one again, and so often it is asked meanwhile. */
const ASKED = { times: 10, everyMs: 500 };

/** A terminal with a chat open. */
export class PolynyaTalker implements Talker {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  say(text: string): void {
    this.#program.type(text);
  }

  /** Asks for the code by which a page in this network gets here. @throws Error when there is none */
  async code(): Promise<string> {
    this.#program.type('/near');
    await this.#program.until(/polynya-near:\S+\n/, AbortSignal.timeout(PATIENCE));
    const [code] = /polynya-near:\S+/.exec(this.#program.out) ?? [];
    if (code === undefined) throw new Error(`no code to get here: ${this.#program.err}`);
    return code;
  }

  heard(text: string): number {
    // A line that begins with "~" shows again what was changed.
    const lines = this.#program.out.split('\n').filter((line) => !line.startsWith('~'));
    return lines.filter((line) => line.includes(text)).length;
  }

  hears(text: string, signal: AbortSignal): Promise<boolean> {
    return this.#program.until(text, signal);
  }

  async way(): Promise<Way | null> {
    for (let asked = 0; asked < ASKED.times; asked++) {
      const before = this.#program.out.length;
      this.#program.type('/line');
      await this.#program.until(/Line: /, AbortSignal.timeout(ASKED.everyMs), before);
      const said = /Line: \w+, by (.*)\.$/m.exec(this.#program.out.slice(before))?.[1];
      if (said) return wayOfClient(said);
      await pause(ASKED.everyMs);
    }
    return null;
  }

  async stop(): Promise<void> {
    this.#program.type('/quit');
    const code = await this.#program.finished(AbortSignal.timeout(3_000));
    if (code === null) await this.#program.stop('SIGKILL');
  }
}

async function runToEnd(
  host: HostName,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ms = PATIENCE,
): Promise<string> {
  const program = new Program(host, [MAIN, ...args], { env });
  const code = await program.finished(AbortSignal.timeout(Math.ceil(ms)));
  if (code === 0) return program.out.trim();
  throw new Error(`polynya ${args[0]} ended with ${code}: ${program.err}${program.out}`);
}
