/** How a resolver asks the nameserver of a zone (RFC 1035 section 7): again if nothing comes, and keeping nothing. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** Between one query and the next, in ms: about what resolvers in use have. */
const AGAIN = 800;
const TIMES = 3;
const SERVER_FAILED = 2;

/** What it answers, or that it does not. */
export function askNameserver(query: Buffer, address: string): Promise<Buffer> {
  const id = randomInt(65_536);
  const asked = withId(query, id);
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let times = 0;
    const end = (answer: Buffer): void => {
      clearInterval(timer);
      socket.close();
      resolve(withId(answer, query.readUInt16BE(0)));
    };
    const ask = (): void => {
      if (times++ < TIMES) socket.send(asked, 53, address);
      else end(failure(query));
    };
    const timer = setInterval(ask, AGAIN);
    socket.on('error', () => end(failure(query)));
    socket.on('message', (answer, { address: from }) => {
      if (from === address && answer.length >= 12 && answer.readUInt16BE(0) === id) end(answer);
    });
    ask();
  });
}

function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** The question again, with the code that no answer could be had. */
function failure(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8180 | SERVER_FAILED, 2);
  return answer;
}
