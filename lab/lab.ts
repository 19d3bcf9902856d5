/** The lab as a whole: its network, its censor, and the servers on its hosts. Run inside only (network/enter.ts). */
import { join } from 'node:path';
import { Middlebox } from './middlebox/middlebox.ts';
import { buildNetwork, FOLDER } from './network/build.ts';
import { CertificateAuthority } from './network/certificates.ts';
import { Program } from './network/host.ts';
import { HOSTS, type HostName, NAMESERVER } from './network/plan.ts';
import { startNaiveServer } from './sides/naive.ts';
import { PolynyaServer } from './sides/polynya.ts';

const programs = join(import.meta.dirname, 'hosts');
/** Of a server's start, ms. */
const PATIENCE = 60_000;
/** Ordinary sites, of which some will be bridges too. */
const SITES = [
  'decoy',
  'portal',
  'market',
  'bridge1',
  'bridge2',
  'bridge3',
  'bridge4',
  'bridge5',
] as const;

export class Lab {
  readonly middlebox = new Middlebox();
  readonly authority: CertificateAuthority;
  readonly #servers = new Map<'server' | 'home', Promise<PolynyaServer>>();
  #folders = 0;

  constructor() {
    buildNetwork();
    this.authority = new CertificateAuthority(FOLDER);
  }

  /** Starts the censor and everybody's servers; with `sites`, those that Polynya and the naive client do without too. */
  async start({ sites }: { readonly sites: boolean }): Promise<void> {
    await this.middlebox.start();
    await this.middlebox.lift();
    const started = [startNaiveServer(this.authority.issue('naive'))];
    started.push(this.#start('resolver', 'public-resolver.ts', HOSTS.resolver.address, NAMESERVER));
    if (sites) {
      for (const host of SITES) started.push(this.#start(host, 'web-site.ts', titleOf(host)));
    }
    const signal = AbortSignal.timeout(PATIENCE);
    const ready = await Promise.all(started.map((each) => each.until(/ready/, signal)));
    const failed = started.find((_, index) => !ready[index]);
    if (failed) throw new Error(`a server of the lab did not start: ${failed.err}`);
  }

  /** Polynya's server there, started when it is first asked for. */
  polynya(host: 'server' | 'home'): Promise<PolynyaServer> {
    const running = this.#servers.get(host);
    if (running) return running;
    const server = new PolynyaServer(host, FOLDER, this.authority.issue(host));
    const ready = server.ready().then(() => server);
    this.#servers.set(host, ready);
    return ready;
  }

  /** The path of a folder that nobody has had before. */
  newFolder(): string {
    this.#folders++;
    return join(FOLDER, String(this.#folders));
  }

  #start(host: HostName, program: string, ...args: string[]): Program {
    const { certPath, keyPath } = this.authority.issue(host);
    return new Program(host, [join(programs, program), certPath, keyPath, ...args]);
  }
}

function titleOf(host: (typeof SITES)[number]): string {
  const [word = ''] = HOSTS[host].name.split('.');
  return `The ${word}`;
}
