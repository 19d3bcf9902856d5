import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { diagnose, Notes } from '@polynya/messenger/line/diagnosis';
import { afterEach, expect, test } from 'vitest';
import { look } from './look.ts';

const ALONE = { home: [], abroad: [] };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Lets every connection in, and resets those whose first bytes are not to its liking. Says no otherwise, as TLS does. */
async function filtered(isForbidden: (hello: Buffer) => boolean): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (hello) => {
      if (isForbidden(hello)) socket.resetAndDestroy();
      else socket.end(Buffer.from('15030300020228', 'hex'));
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('of a server that is known by name alone, a filter of the name is told from a reset of everything at its address', async () => {
  const saidOf = async (isForbidden: (hello: Buffer) => boolean) => {
    const notes = new Notes();
    const endpoint = `https://localhost:${await filtered(isForbidden)}/s`;
    const seen = await look([endpoint], ALONE, notes);
    const tried = notes.all.filter(({ kind }) => kind === 'tls').map(({ host }) => host);
    expect(tried).toEqual(['127.0.0.1', 'localhost', 'localhost']);
    return diagnose({ ...seen, reached: true }).diagnosis;
  };
  expect(await saidOf((hello) => hello.includes('localhost'))).toBe('name-filtered');
  expect(await saidOf(() => true)).toBe('address-blocked');
});

test('what lets nobody in any more once it heard hellos is a filter that has struck, though it cut off one without a name as well', async () => {
  const hellos: Buffer[] = [];
  const port = await filtered((hello) => {
    if (hellos.push(hello) === 3) servers.at(-1)?.close();
    return true;
  });
  const seen = await look([`https://localhost:${port}/s`], ALONE, new Notes());
  expect(seen.server).toMatchObject([{ tcp: 'refused', tls: 'reset', unnamed: 'reset' }]);
  expect(diagnose({ ...seen, reached: true }).diagnosis).toBe('name-filtered');
});

test('who was looked at by address is not asked once more without a name, nor is one that passes for a web site', async () => {
  const port = await filtered(() => true);
  const path = 'abcdefghijklmnopqrstuv';
  for (const endpoints of [
    [`https://localhost:${port}/s`, `https://127.0.0.1:${port}/s`],
    [`https://localhost:${port}/${path}/s`],
  ]) {
    const notes = new Notes();
    const { server } = await look(endpoints, ALONE, notes);
    const tried = notes.all.filter(({ kind }) => kind === 'tls');
    expect(tried.length).toBe(2 * endpoints.length);
    expect(server.at(-1)?.unnamed).toBe(endpoints.length === 2 ? 'reset' : null);
  }
});

test('a port at which nobody is expected is asked of a server that shows itself, and never of one that passes for a web site', async () => {
  const notes = new Notes();
  const shown = await look(['http://127.0.0.1:1/s'], ALONE, notes);
  expect(shown.server).toMatchObject([{ tcp: 'refused', otherPort: 'refused' }]);
  expect(notes.all.map(({ port }) => port)).toEqual([1, 9]);
  for (const path of ['/abcdefghijklmnopqrstuv/s', '/abcdefghijklmnopqrstuv']) {
    const quiet = new Notes();
    const hidden = await look([`http://127.0.0.1:1${path}`, 'stun:127.0.0.1:1'], ALONE, quiet);
    expect(hidden.server).toMatchObject([{ tcp: 'refused', otherPort: null }]);
    expect(quiet.all.map(({ kind, port }) => [kind, port])).toEqual([['tcp', 1]]);
  }
});
