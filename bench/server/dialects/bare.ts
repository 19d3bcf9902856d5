/** What `systems/bare-server.ts` speaks: frames of a WebSocket, handed on unread, stored nowhere. */
import type { Backlog, Dialect, Heard, Speaker } from './dialect.ts';
import type { Line } from './line.ts';
import { each, Lines } from './lines.ts';
import { eachMessage, frameOf, upgrade } from './web-socket.ts';

let topics = 0;

export class BareDialect implements Dialect {
  readonly #lines: Lines;

  constructor(port: number) {
    this.#lines = new Lines(port);
  }

  async greet(): Promise<void> {
    await this.#subscribe('greeting', () => undefined);
  }

  async pair(_number: number, bytes: number, heard: Heard): Promise<Speaker> {
    const topic = `${topics++}`;
    await this.#subscribe(`hear-${topic}`, heard);
    const line = await this.#subscribe(`say-${topic}`, () => undefined);
    return speaker(line, bytes);
  }

  async room(members: number, bytes: number, heard: Heard): Promise<Speaker> {
    const topic = `${topics++}`;
    const line = await this.#subscribe(`both-${topic}`, heard);
    await each(members - 1, 16, () => this.#subscribe(`hear-${topic}`, heard));
    return speaker(line, bytes);
  }

  async backlog(): Promise<Backlog> {
    throw new Error('keeps nothing');
  }

  async idler(number: number): Promise<void> {
    await this.#subscribe(`hear-idle${number}`, () => undefined);
  }

  traffic() {
    return this.#lines.traffic();
  }

  close(): void {
    this.#lines.close();
  }

  async #subscribe(what: string, heard: Heard): Promise<Line> {
    const line = await this.#lines.open();
    await upgrade(line, `/${what}`);
    line.handOver((chunk) => {
      let texts = 0;
      const used = eachMessage(chunk, () => texts++);
      if (texts > 0) heard(texts);
      return used;
    });
    return line;
  }
}

function speaker(line: Line, bytes: number): Speaker {
  const { frame } = frameOf(bytes);
  return { say: () => line.write(frame) };
}
