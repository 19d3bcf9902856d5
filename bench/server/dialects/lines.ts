/** All connections that a dialect has open, so that they are counted and ended together. */
import type { Traffic } from './dialect.ts';
import { Line } from './line.ts';

export class Lines {
  readonly port: number;
  readonly #lines = new Set<Line>();
  /** Of those that were ended. */
  #past = { up: 0, down: 0 };

  constructor(port: number) {
    this.port = port;
  }

  async open(): Promise<Line> {
    const line = await Line.open(this.port);
    line.onClose = () => console.error('a server closed a connection of the load');
    this.#lines.add(line);
    return line;
  }

  end(line: Line): void {
    if (!this.#lines.delete(line)) return;
    this.#past = sum(this.#past, line.traffic);
    line.close();
  }

  close(): void {
    for (const line of [...this.#lines]) this.end(line);
  }

  /** One of so many parts of the lines, all of about the same size. */
  share(part: number, parts: number): Line[] {
    return [...this.#lines].filter((_, i) => i % parts === part);
  }

  traffic(): Traffic {
    return [...this.#lines].map(({ traffic }) => traffic).reduce(sum, this.#past);
  }
}

const sum = (a: Traffic, b: Traffic): Traffic => ({ up: a.up + b.up, down: a.down + b.down });

/** Runs `make` for 0 to `count` - 1, so many at a time. */
export async function each<T>(
  count: number,
  atATime: number,
  make: (i: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const i = next++;
      made[i] = await make(i);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return made;
}
