/** XMPP (RFC 6120, 6121; rooms: XEP-0045), as a client of ejabberd or Prosody: SASL PLAIN, no TLS, no stream management. */
import type { Backlog, Dialect, Heard, Speaker } from './dialect.ts';
import type { Line } from './line.ts';
import { each, Lines } from './lines.ts';

export const DOMAIN = 'localhost';
export const ROOMS = 'rooms.localhost';
export const PASSWORD = 'pw';
/** The user with this number. All that a run needs are registered before it. */
export const userOf = (number: number): string => `u${number}`;

const STREAM = `<?xml version='1.0'?><stream:stream to='${DOMAIN}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`;
const FEATURES = /<\/stream:features>/;
const BODY = Buffer.from('<body>');
/** Rooms of one run must not meet those of another. */
let rooms = 0;

export class XmppDialect implements Dialect {
  readonly #lines: Lines;

  constructor(port: number) {
    this.#lines = new Lines(port);
  }

  async greet(): Promise<void> {
    const line = await this.#lines.open();
    line.write(STREAM);
    await line.until(FEATURES);
    this.#lines.end(line);
  }

  async pair(number: number, bytes: number, heard: Heard): Promise<Speaker> {
    const [speaker, listener] = [2 * number, 2 * number + 1];
    const line = await this.#login(speaker);
    counting(line, () => undefined);
    counting(await this.#login(listener), heard);
    const stanza = chatTo(listener, bytes);
    return { say: () => line.write(stanza) };
  }

  async room(members: number, bytes: number, heard: Heard): Promise<Speaker> {
    const room = `room${rooms++}@${ROOMS}`;
    const enter = async (number: number): Promise<Line> => {
      const line = await this.#login(number);
      line.write(
        `<presence to='${room}/n${number}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`,
      );
      await line.until(/code=['"]110['"]/);
      return line;
    };
    const first = await enter(0);
    first.write(
      `<iq type='set' id='unlock' to='${room}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
    );
    await first.until(/id=['"]unlock['"]/);
    counting(first, heard);
    await each(members - 1, 16, async (i) => counting(await enter(i + 1), heard));
    const stanza = `<message to='${room}' type='groupchat' id='m'><body>${'x'.repeat(bytes)}</body></message>`;
    return { say: () => first.write(stanza) };
  }

  async backlog(number: number, texts: number, bytes: number): Promise<Backlog> {
    const [speaker, listener] = [2 * number, 2 * number + 1];
    const line = await this.#login(speaker);
    const stanza = chatTo(listener, bytes);
    for (let sent = 0; sent < texts; sent++) {
      line.write(stanza);
      if (sent % 50 === 0) await new Promise(setImmediate);
    }
    // Stanzas of one connection are dealt with in order.
    line.write(`<iq type='get' id='ping' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await line.until(/id=['"]ping['"]/);
    this.#lines.end(line);
    return {
      drain: async () => {
        const back = await this.#login(listener, false);
        await new Promise<void>((resolve) => {
          let left = texts;
          counting(back, (more) => {
            left -= more;
            if (left <= 0) resolve();
          });
          back.write('<presence/>');
        });
        this.#lines.end(back);
      },
    };
  }

  async idler(number: number): Promise<void> {
    counting(await this.#login(number), () => undefined);
  }

  traffic() {
    return this.#lines.traffic();
  }

  close(): void {
    this.#lines.close();
  }

  /** Logs in, binds, and says that it is there unless it should not yet. */
  async #login(number: number, present = true): Promise<Line> {
    const line = await this.#lines.open();
    line.write(STREAM);
    await line.until(FEATURES);
    const plain = Buffer.from(`\0${userOf(number)}\0${PASSWORD}`).toString('base64');
    line.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`);
    await line.until(/<success[^>]*>/);
    line.write(STREAM);
    await line.until(FEATURES);
    line.write(
      `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>`,
    );
    await line.until(/<iq[^>]*type=['"]result['"][\s\S]*?<\/iq>/);
    if (present) {
      line.write('<presence/>');
      await line.until(/<presence[^>]*>/);
    }
    return line;
  }
}

const chatTo = (number: number, bytes: number): string =>
  `<message to='${userOf(number)}@${DOMAIN}' type='chat' id='m'><body>${'x'.repeat(bytes)}</body></message>`;

/** Counts the bodies that come in. */
function counting(line: Line, heard: Heard): void {
  line.handOver((chunk) => {
    let texts = 0;
    let at = 0;
    for (;;) {
      const found = chunk.indexOf(BODY, at);
      if (found < 0) break;
      texts++;
      at = found + BODY.length;
    }
    if (texts > 0) heard(texts);
    return Math.max(at, chunk.length - BODY.length + 1);
  });
}
