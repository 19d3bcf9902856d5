/** The lab as a whole: its network, its censor, and the servers on its hosts. Run inside only (network/enter.ts). */
import { join } from 'node:path';
import { nginxHere, startNginx } from './hosts/nginx.ts';
import { Middlebox } from './middlebox/middlebox.ts';
import { buildNetwork, FOLDER } from './network/build.ts';
import { CertificateAuthority } from './network/certificates.ts';
import { Program } from './network/host.ts';
import { BRIDGES, HOSTS, type HostName, NAMESERVER } from './network/plan.ts';
import { Bridge, type BridgeHost } from './sides/bridge.ts';
import { startNaiveServer } from './sides/naive.ts';
import { PolynyaServer } from './sides/polynya.ts';

const programs = join(import.meta.dirname, 'hosts');
/** Of a server's start, ms. */
const PATIENCE = 180_000;
/** Ordinary sites that are nothing else. */
const SITES = ['portal', 'market'] as const;

export class Lab {
  readonly middlebox = new Middlebox();
  readonly authority: CertificateAuthority;
  /** Which one stands at the decoy's; null where this machine has none. */
  readonly nginx = nginxHere();
  /** Lines of the bridges, those abroad on the server's first shelf. */
  bridges: readonly string[] = [];
  /** Of servers behind a web site that were started. */
  readonly secretPaths: string[] = [];
  /** Bridges that were switched off. */
  dead: readonly BridgeHost[] = [];
  #bridges: readonly Bridge[] = [];
  readonly #servers = new Map<'server' | 'home', Promise<PolynyaServer>>();
  #folders = 0;

  constructor() {
    buildNetwork();
    this.authority = new CertificateAuthority(FOLDER);
  }

  /** Starts the censor and everybody's servers; with `sites`, bridges and those that nobody needs without a censor. */
  async start({ sites }: { readonly sites: boolean }): Promise<void> {
    await this.middlebox.start();
    await this.middlebox.lift();
    const started = [startNaiveServer(this.authority.issue('naive'))];
    started.push(this.#start('resolver', 'public-resolver.ts', HOSTS.resolver.address, NAMESERVER));
    started.push(new Program('resolver', [join(programs, 'stun-server.ts')]));
    for (const host of sites ? SITES : []) {
      started.push(this.#start(host, 'web-site.ts', titleOf(host)));
    }
    const signal = AbortSignal.timeout(PATIENCE);
    this.#bridges = (sites ? BRIDGES : []).map((host) => this.#bridge(host));
    const decoy = sites ? this.#startDecoy(signal) : null;
    this.bridges = await Promise.all(this.#bridges.map((bridge) => bridge.line(signal)));
    await decoy;
    const ready = await Promise.all(started.map((each) => each.until(/ready/, signal)));
    const failed = started.find((_, index) => !ready[index]);
    if (failed) throw new Error(`a server of the lab did not start: ${failed.err}`);
  }

  /** A real nginx where there is one; else the same site by a bridge that leads nowhere. */
  async #startDecoy(signal: AbortSignal): Promise<void> {
    if (this.nginx === null) await this.#bridge('decoy').line(signal);
    else await startNginx('decoy', this.newFolder(), this.authority.issue('decoy'), signal);
  }

  /** Polynya's server there, started when it is first asked for. */
  polynya(host: 'server' | 'home'): Promise<PolynyaServer> {
    const running = this.#servers.get(host);
    if (running) return running;
    const bridges = host === 'server' ? this.bridges : [];
    const server = new PolynyaServer(host, FOLDER, this.authority.issue(host), bridges);
    const ready = server.ready().then(() => {
      if (server.secretPath !== '') this.secretPaths.push(server.secretPath);
      return server;
    });
    this.#servers.set(host, ready);
    return ready;
  }

  /** All that bridges ever printed. */
  get toldByBridges(): string {
    return this.#bridges.map(({ told }) => told).join('');
  }

  /** Switches bridges off, for good. */
  async switchOff(hosts: readonly BridgeHost[]): Promise<void> {
    this.dead = [...this.dead, ...hosts];
    const dead = this.#bridges.filter(({ host }) => host !== 'decoy' && hosts.includes(host));
    await Promise.all(dead.map((bridge) => bridge.stop()));
  }

  /** The path of a folder that nobody has had before. */
  newFolder(): string {
    this.#folders++;
    return join(FOLDER, String(this.#folders));
  }

  #bridge(host: BridgeHost | 'decoy'): Bridge {
    const certificate = this.authority.issue(host);
    const to = host === 'decoy' ? '127.0.0.1' : HOSTS.server.address;
    const caPath = this.authority.path;
    return new Bridge({ host, to, folder: this.newFolder(), certificate, caPath });
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
