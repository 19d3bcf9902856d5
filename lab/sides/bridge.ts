/** `polynya bridge` on one of the lab's hosts, behind a small web site of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '../network/certificates.ts';
import { Program } from '../network/host.ts';
import { type BRIDGES, HOSTS } from '../network/plan.ts';
import { MAIN } from './polynya.ts';

export type BridgeHost = (typeof BRIDGES)[number];

export interface BridgePlan {
  readonly host: BridgeHost;
  /** A folder that nobody used before. */
  readonly folder: string;
  readonly title: string;
  readonly certificate: Certificate;
  /** What the bridge trusts when it asks the server. */
  readonly caPath: string;
}

export class Bridge {
  readonly host: BridgeHost;
  readonly #program: Program;

  constructor({ host, folder, title, certificate, caPath }: BridgePlan) {
    this.host = host;
    const site = join(folder, 'site');
    mkdirSync(site, { recursive: true });
    writeFileSync(join(site, 'index.html'), page(title, 'Open daily from nine to six.'));
    writeFileSync(join(site, 'about.html'), page('About us', 'We have been here since 1987.'));
    const { certPath, keyPath } = certificate;
    // By its address: a host does not let a resolver decide where a bridge leads.
    const to = ['--to', `https://${HOSTS.server.address}`, '--site', site];
    const at = ['--public', `https://${HOSTS[host].name}`, '--data', join(folder, 'bridge')];
    const args = ['bridge', ...to, ...at, '--app', '--tls', certPath, keyPath];
    this.#program = new Program(host, [MAIN, ...args], { env: { NODE_EXTRA_CA_CERTS: caPath } });
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

function page(title: string, text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>`;
}
