/** MQTT 3.1.1 as a client: a topic for each recipient and room, QoS 0 while online, QoS 1 for who is away. */
import type { Backlog, Dialect, Heard, Speaker } from './dialect.ts';
import type { Line } from './line.ts';
import { each, Lines } from './lines.ts';

const PACKET = { connect: 0x10, connack: 2, publish: 3, puback: 4, subscribe: 0x82, suback: 9 };
let rooms = 0;

interface Hearing {
  heard: Heard;
  /** Packets of other kinds, by their type. */
  onPacket: (type: number) => void;
}

interface Subscriber extends Hearing {
  readonly line: Line;
}

export class MqttDialect implements Dialect {
  readonly #lines: Lines;

  constructor(port: number) {
    this.#lines = new Lines(port);
  }

  async greet(): Promise<void> {
    const { line } = await this.#connect('greeting');
    this.#lines.end(line);
  }

  async pair(number: number, bytes: number, heard: Heard): Promise<Speaker> {
    const speaker = await this.#connect(`speaker${number}`);
    const listener = await this.#connect(`listener${number}`);
    await subscribe(listener, `to/${number}`, 0);
    listener.heard = heard;
    const packet = publish(`to/${number}`, bytes);
    return { say: () => speaker.line.write(packet) };
  }

  async room(members: number, bytes: number, heard: Heard): Promise<Speaker> {
    const topic = `room/${rooms++}`;
    const enter = async (i: number) => {
      const member = await this.#connect(`member${i}`);
      await subscribe(member, topic, 0);
      member.heard = heard;
      return member;
    };
    const { line } = await enter(0);
    await each(members - 1, 16, (i) => enter(i + 1));
    const packet = publish(topic, bytes);
    return { say: () => line.write(packet) };
  }

  async backlog(number: number, texts: number, bytes: number): Promise<Backlog> {
    const [away, topic] = [`away${number}`, `away/${number}`];
    const gone = await this.#connect(away, true);
    await subscribe(gone, topic, 1);
    this.#lines.end(gone.line);
    const speaker = await this.#connect(`speaker${number}`);
    await new Promise<void>((resolve) => {
      let [sent, stored] = [0, 0];
      const say = (): void => {
        while (sent < texts && sent - stored < 500) {
          speaker.line.write(publish(topic, bytes, 1 + (sent++ % 0xffff)));
        }
      };
      speaker.onPacket = (type) => {
        if (type !== PACKET.puback) return;
        if (++stored === texts) resolve();
        say();
      };
      say();
    });
    this.#lines.end(speaker.line);
    return { drain: () => this.#drain(away, texts) };
  }

  async idler(number: number): Promise<void> {
    await subscribe(await this.#connect(`idler${number}`), `idle/${number}`, 0);
  }

  traffic() {
    return this.#lines.traffic();
  }

  close(): void {
    this.#lines.close();
  }

  async #drain(client: string, texts: number): Promise<void> {
    const line = await this.#lines.open();
    await new Promise<void>((resolve) => {
      let left = texts;
      const heard: Heard = (more) => {
        left -= more;
        if (left <= 0) resolve();
      };
      listen(line, { heard, onPacket: () => undefined });
      line.write(hello(client, true));
    });
    this.#lines.end(line);
  }

  async #connect(client: string, persistent = false): Promise<Subscriber> {
    const line = await this.#lines.open();
    const hearing: Hearing = { heard: () => undefined, onPacket: () => undefined };
    const subscriber = Object.assign(hearing, { line });
    listen(line, subscriber);
    line.write(hello(client, persistent));
    await packet(subscriber, PACKET.connack);
    return subscriber;
  }
}

async function subscribe(subscriber: Subscriber, topic: string, qos: number): Promise<void> {
  const body = Buffer.concat([Buffer.of(0, 1), text(topic), Buffer.of(qos)]);
  subscriber.line.write(packetOf(PACKET.subscribe, body));
  await packet(subscriber, PACKET.suback);
}

const packet = (subscriber: Subscriber, wanted: number): Promise<void> =>
  new Promise((resolve) => {
    subscriber.onPacket = (type) => {
      if (type === wanted) resolve();
    };
  });

/** Counts what is published to the line and acknowledges what asks for it. */
function listen(line: Line, hearing: Hearing): void {
  line.handOver((chunk) => {
    let at = 0;
    let texts = 0;
    while (at + 2 <= chunk.length) {
      const size = remaining(chunk, at + 1);
      if (!size || size.end + size.length > chunk.length) break;
      const type = (chunk[at] ?? 0) >> 4;
      if (type === PACKET.publish) {
        texts++;
        if ((chunk[at] ?? 0) & 6) {
          const id = size.end + 2 + chunk.readUInt16BE(size.end);
          line.write(Buffer.of(0x40, 2, chunk[id] ?? 0, chunk[id + 1] ?? 0));
        }
      } else hearing.onPacket(type);
      at = size.end + size.length;
    }
    if (texts > 0) hearing.heard(texts);
    return at;
  });
}

/** The length of what follows, in 7 bits a byte (section 2.2.3). */
function remaining(chunk: Buffer, from: number): { length: number; end: number } | undefined {
  let length = 0;
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0;
    length += (byte & 127) << (7 * (at - from));
    if (byte < 128) return { length, end: at + 1 };
  }
  return undefined;
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
};

function packetOf(head: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let left = body.length; ; left >>= 7) {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.of(head, ...length), body]);
}

/** CONNECT without keep-alive; the broker keeps what a persistent client misses. */
const hello = (client: string, persistent: boolean): Buffer =>
  packetOf(
    PACKET.connect,
    Buffer.concat([text('MQTT'), Buffer.of(4, persistent ? 0 : 2, 0, 0), text(client)]),
  );

/** With an id: QoS 1. */
function publish(topic: string, bytes: number, id = 0): Buffer {
  const number = id > 0 ? [Buffer.of(id >> 8, id & 0xff)] : [];
  const body = Buffer.concat([text(topic), ...number, Buffer.alloc(bytes, 'x')]);
  return packetOf(id > 0 ? 0x32 : 0x30, body);
}
