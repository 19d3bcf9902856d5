/** The naive messenger: two people with its client, and its server. */
import { join } from 'node:path';
import type { Certificate } from '../network/certificates.ts';
import { Program } from '../network/host.ts';
import { HOSTS, type HostName } from '../network/plan.ts';
import type { Talker } from './talk.ts';

const programs = join(import.meta.dirname, '..', 'hosts');

export function startNaiveServer({ certPath, keyPath }: Certificate): Program {
  return new Program('naive', [join(programs, 'naive-server.ts'), certPath, keyPath]);
}

/** One of those who talk in a room. */
export class NaiveTalker implements Talker {
  readonly #program: Program;

  constructor(host: HostName, room: string, caPath: string) {
    const args = [join(programs, 'naive-client.ts'), `wss://${HOSTS.naive.name}/`, room, host];
    this.#program = new Program(host, args, { env: { NODE_EXTRA_CA_CERTS: caPath } });
  }

  say(text: string): void {
    this.#program.type(text);
  }

  heard(text: string): number {
    return this.#program.out.split('\n').filter((line) => line === text).length;
  }

  hears(text: string, signal: AbortSignal): Promise<boolean> {
    return this.#program.until(text, signal);
  }

  stop(): Promise<void> {
    return this.#program.stop('SIGKILL');
  }
}
