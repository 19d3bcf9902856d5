/** `polynya bridge` on one of the lab's hosts, behind a small web site. */
import { join } from 'node:path';
import { writeSite } from '../hosts/site-files.ts';
import type { Certificate } from '../network/certificates.ts';
import { Program } from '../network/host.ts';
import { type BRIDGES, HOSTS } from '../network/plan.ts';
import { MAIN } from './polynya.ts';

export type BridgeHost = (typeof BRIDGES)[number];

export interface BridgePlan {
  /** On the decoy, it is one that leads nowhere: the same site, and nothing else. */
  readonly host: BridgeHost | 'decoy';
  /** The address of the server that it leads to. */
  readonly to: string;
  /** A folder that nobody used before. */
  readonly folder: string;
  readonly certificate: Certificate;
  /** What the bridge trusts when it asks the server. */
  readonly caPath: string;
}

export class Bridge {
  readonly host: BridgePlan['host'];
  readonly #program: Program;

  constructor({ host, to: address, folder, certificate, caPath }: BridgePlan) {
    this.host = host;
    const site = join(folder, 'site');
    writeSite(site);
    const { certPath, keyPath } = certificate;
    // By its address: a host does not let a resolver decide where a bridge leads.
    const to = ['--to', `https://${address}`, '--site', site];
    const at = ['--public', `https://${HOSTS[host].name}`, '--data', join(folder, 'bridge')];
    const args = ['bridge', ...to, ...at, '--app', '--tls', certPath, keyPath];
    this.#program = new Program(host, [MAIN, ...args], { env: { NODE_EXTRA_CA_CERTS: caPath } });
  }

  /** All that it printed. */
  get told(): string {
    return this.#program.out + this.#program.err;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  /** The line that the server is told. @throws Error with its own words when it does not start */
  async line(signal: AbortSignal): Promise<string> {
    const ready = await this.#program.until(/Ctrl-C/, signal);
    const line = /^https:\/\/\S+\/[\w-]{22}$/m.exec(this.#program.out)?.[0];
    if (ready && line) return line;
    throw new Error(`polynya bridge did not start: ${this.#program.err}${this.#program.out}`);
  }
}
