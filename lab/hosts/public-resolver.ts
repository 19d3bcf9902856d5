/** Program: a public resolver, which lies to nobody: UDP and TCP at port 53, DNS over HTTPS (RFC 8484) at /dns-query. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { addressOf } from '../network/plan.ts';
import { answerTo, serveDns } from './dns-server.ts';

const [certPath = '', keyPath = '', ...addresses] = process.argv.slice(2);

async function body(parts: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

const https = createServer(
  { cert: readFileSync(certPath), key: readFileSync(keyPath) },
  async (request, response) => {
    const url = new URL(request.url ?? '/', 'https://dns.example');
    const asked = url.searchParams.get('dns');
    const query = asked === null ? await body(request) : Buffer.from(asked, 'base64url');
    const answer = url.pathname === '/dns-query' ? await answerTo(query, addressOf) : null;
    if (!answer) return void response.writeHead(400).end();
    response.writeHead(200, {
      'content-type': 'application/dns-message',
      'access-control-allow-origin': '*',
    });
    response.end(answer);
  },
);
await Promise.all(addresses.map((address) => serveDns(address, addressOf)));
https.listen(443, () => console.log('ready'));
