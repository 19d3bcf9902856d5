/**
 * Whether datagrams come and go: a STUN Binding request (RFC 8489 section 5), and the same as it was before it
 * had a magic cookie (RFC 3489), which servers still answer and filters do not know.
 */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { DatagramsSeen, Notes, Step } from '@polynya/messenger/line/diagnosis';
import { tcpStep } from './steps.ts';

const COOKIE = Buffer.from('2112a442', 'hex');
const BINDING = Buffer.from('00010000', 'hex');
const PORT = 3_478;
/** Datagrams are lost now and then: so many, so far apart in ms. */
const TRIES = 3;
const APART = 700;

/** @param server `HOST` or `HOST:PORT`; null if its name is not known here */
export async function datagramsSeen(server: string, notes: Notes): Promise<DatagramsSeen | null> {
  const [host = '', said] = server.split(':');
  const port = said === undefined ? PORT : Number(said);
  try {
    const { address } = await lookup(host, { family: 4 });
    const ask = (cookie: boolean) => notes.take('udp', host, port, stunStep(address, port, cookie));
    const [tcp, stun, plain] = await Promise.all([
      notes.take('tcp', host, port, tcpStep(address, port)),
      ask(true),
      ask(false),
    ]);
    return { tcp, stun, plain };
  } catch {
    // Without a name there is nothing to compare.
    return null;
  }
}

/** Any answer to the request's own number is one. */
export function stunStep(address: string, port: number, cookie: boolean): Promise<Step> {
  const number = cookie ? Buffer.concat([COOKIE, randomBytes(12)]) : randomBytes(16);
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    let tries = 0;
    const send = (): void => {
      if (tries++ === TRIES) done('silent');
      else socket.send(Buffer.concat([BINDING, number]), port, address);
    };
    const timer = setInterval(send, APART);
    const done = (step: Step): void => {
      clearInterval(timer);
      socket.close();
      resolve(step);
    };
    socket.on('message', (answer) => {
      if (answer.subarray(4, 20).equals(number)) done('ok');
    });
    socket.on('error', () => done('failed'));
    send();
  });
}
