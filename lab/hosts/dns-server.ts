/** A recursive resolver over UDP and TCP (RFC 1035 section 4.2), as far as anybody in the lab can tell. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { type Answer, readQuery, TYPE_A, writeAnswer } from './dns-message.ts';

/** The address of a name; undefined where there is no such name. */
export type Lookup = (name: string) => string | undefined;

export function answerTo(query: Buffer, lookup: Lookup): Buffer | null {
  const question = readQuery(query);
  if (!question) return null;
  const address = lookup(question.name);
  let answer: Answer = 'no-such-name';
  if (address !== undefined) answer = question.type === TYPE_A ? { address } : 'no-data';
  return writeAnswer(question, answer);
}

/** Answers at port 53 of `address` for as long as the process lives. Resolves when it does. */
export async function serveDns(address: string, lookup: Lookup): Promise<void> {
  const udp = createSocket('udp4', (query, { port, address: from }) => {
    const answer = answerTo(query, lookup);
    if (answer) udp.send(answer, port, from);
  });
  const tcp = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const answer = answerTo(received.subarray(2, end), lookup);
        received = received.subarray(end);
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
