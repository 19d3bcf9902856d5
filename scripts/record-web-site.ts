/**
 * Program: asks an nginx what it answers to every request of vectors/web-site.json, and writes it down there.
 *
 *     node scripts/record-web-site.ts PORT
 *
 * It listens on 127.0.0.1 over TLS, serves the files of the vectors, and is told `server_tokens off; gzip off;
 * max_ranges 1; try_files $uri $uri.html $uri/ =404;` besides its certificate.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';

/** How long an answer may take, and be followed by more, in ms. */
const PATIENCE = 1_000;
const QUIET = 300;

interface Exchange {
  what: string;
  /** Text, and characters that are repeated so many times. */
  sent: (string | [string, number])[];
  answer?: string;
  ends?: boolean;
}

function bytesOf({ sent }: Exchange): Buffer {
  const text = sent.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1])));
  return Buffer.from(text.join(''), 'latin1');
}

function ask(port: number, exchange: Exchange): Promise<Pick<Exchange, 'answer' | 'ends'>> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    const over = (ends: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const answer = Buffer.concat(parts).toString('latin1');
      const anywhere = answer.replaceAll(`:${port}/`, ':PORT/');
      resolve({ answer: anywhere.replaceAll(/^Date: .*\r$/gm, 'Date: NOW\r'), ends });
    };
    let timer = setTimeout(over, PATIENCE, false);
    socket.on('data', (part) => {
      parts.push(part);
      clearTimeout(timer);
      timer = setTimeout(over, QUIET, false);
    });
    socket.on('end', () => over(true));
    socket.on('error', () => over(true));
    socket.write(bytesOf(exchange));
  });
}

const path = join(import.meta.dirname, '..', 'vectors', 'web-site.json');
const vectors = JSON.parse(readFileSync(path, 'utf8')) as { exchanges: Exchange[] };
const port = Number(process.argv[2]);
for (const exchange of vectors.exchanges) Object.assign(exchange, await ask(port, exchange));
writeFileSync(path, `${JSON.stringify(vectors, null, 2)}\n`);
