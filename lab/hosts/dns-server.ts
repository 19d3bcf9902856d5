/** A recursive resolver over UDP and TCP (RFC 1035 section 4.2), as far as anybody in the lab can tell. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { DELEGATED } from '../network/plan.ts';
import { type Answer, readQuery, TYPE_A, writeAnswer } from './dns-message.ts';
import { askNameserver } from './nameserver.ts';

/** The address of a name; undefined where there is no such name. */
export type Lookup = (name: string) => string | undefined;

/** @param lookup also says, by an address for it or none, whether a zone that others know is there at all */
export async function answerTo(query: Buffer, lookup: Lookup): Promise<Buffer | null> {
  const question = readQuery(query);
  if (!question) return null;
  const { zone, nameserver } = DELEGATED;
  if (`.${question.name}`.endsWith(`.${zone}`) && lookup(parentOf(zone)) !== undefined) {
    return askNameserver(query, nameserver);
  }
  const address = lookup(question.name);
  let answer: Answer = 'no-such-name';
  if (address !== undefined) answer = question.type === TYPE_A ? { address } : 'no-data';
  return writeAnswer(question, answer);
}

/** Answers at port 53 of `address` for as long as the process lives. Resolves when it does. */
export async function serveDns(address: string, lookup: Lookup): Promise<void> {
  const udp = createSocket('udp4', async (query, { port, address: from }) => {
    const answer = await answerTo(query, lookup);
    if (answer) udp.send(answer, port, from);
  });
  const tcp = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', async (part) => {
      received = Buffer.concat([received, part]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const query = received.subarray(2, end);
        received = received.subarray(end);
        const answer = await answerTo(query, lookup);
        if (!answer) return void socket.destroy();
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  });
  await Promise.all([
    new Promise<void>((resolve, reject) => udp.once('error', reject).bind(53, address, resolve)),
    new Promise<void>((resolve, reject) => {
      tcp.once('error', reject).listen(53, address, resolve);
    }),
  ]);
}

function parentOf(zone: string): string {
  return zone.slice(zone.indexOf('.') + 1);
}
