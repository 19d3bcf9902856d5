/**
 * Program: somebody who reads a few pages of a site over HTTPS, one after the other on one connection, and goes: by
 * Node's own client (`node`), or by a program that leaves OpenSSL as it is (`openssl`), as Debian's apt and what is
 * written in Ruby or PHP do: its cipher suites, no protocol asked for (RFC 7301), and an orderly end.
 */
import { type ClientRequestArgs, get } from 'node:http';
import { Agent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';

const [kind = 'node', origin = '', ...paths] = process.argv.slice(2);
/** Between one page and the next at most, ms: somebody who looks for something. */
const LOOKING = 600;
const { hostname } = new URL(origin);

class OpensslAgent extends Agent {
  #socket: TLSSocket | undefined;

  override createConnection(_: ClientRequestArgs): TLSSocket {
    this.#socket = connect({ host: hostname, port: 443, servername: hostname, ciphers: 'DEFAULT' });
    return this.#socket;
  }

  /** Says that it goes, and waits until the site has too. */
  leave(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => (socket ? socket.end().once('close', resolve) : resolve()));
  }
}

const keeping = { keepAlive: true, maxSockets: 1 };
const agent = kind === 'openssl' ? new OpensslAgent(keeping) : new Agent(keeping);

function read(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ agent, protocol: 'https:', hostname, path }, (response) => {
      response.resume().on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
}

for (const path of paths) {
  await read(path);
  await pause(Math.random() * LOOKING);
}
if (agent instanceof OpensslAgent) await agent.leave();
agent.destroy();
console.log('ready');
