/** Somebody on a host who does on the network what a test says (wire-client.ts). */
import { join } from 'node:path';
import { Program } from '../network/host.ts';
import type { HostName } from '../network/plan.ts';
import type { Deed } from './wire-client.ts';

export class WirePerson {
  readonly #program: Program;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #last = 0;

  constructor(host: HostName, caPath: string) {
    this.#program = new Program(host, [join(import.meta.dirname, 'wire-client.ts')], {
      env: { NODE_EXTRA_CA_CERTS: caPath },
      onLine: (line) => {
        const { id, result } = JSON.parse(line) as { id: number; result: unknown };
        this.#waiting.get(id)?.(result);
        this.#waiting.delete(id);
      },
    });
  }

  does<T>(deed: Deed): Promise<T> {
    this.#last++;
    const id = this.#last;
    const result = new Promise<T>((resolve) => {
      this.#waiting.set(id, (value) => resolve(value as T));
    });
    this.#program.type(JSON.stringify({ id, deed }));
    return result;
  }
}
