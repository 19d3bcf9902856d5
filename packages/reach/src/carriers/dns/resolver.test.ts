/** Which of the system's nameservers is asked. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { decodeQuestion, encodeAnswer, TYPE } from './message.ts';
import { askResolver } from './resolver.ts';

let answers: (query: Buffer) => Uint8Array[];
let server: Socket;
const heard: string[] = [];

beforeEach(async () => {
  heard.length = 0;
  server = createSocket('udp4', (query, { port, address }) => {
    heard.push(decodeQuestion(query)?.name ?? '');
    for (const answer of answers(query)) server.send(answer, port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

const at = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const ask = (servers: () => string[]) => {
  const asks = askResolver(systemRandom, servers);
  const query = { name: 'a.example', type: TYPE.TXT, most: null };
  return () => asks(query, 'udp', AbortSignal.timeout(60_000));
};
const said = (query: Buffer, name = 'A.exAmple', id?: number) => {
  const copy = Buffer.from(query);
  copy.write(name.split('.')[0] ?? '', 13, 'latin1');
  if (id !== undefined) copy.writeUInt16BE(id, 0);
  const asked = decodeQuestion(copy);
  if (!asked) throw new Error('no question');
  return encodeAnswer(copy, asked, { records: [Buffer.from('\x01a')] });
};

test('what does not answer this very question is not taken, whoever sends it', async () => {
  answers = (query) => [
    Buffer.from('nonsense'),
    said(query, 'b'),
    said(query, 'a', query.readUInt16BE(0) ^ 1),
    query,
    said(query, 'A'),
  ];
  const answer = await ask(() => [at()])();
  expect(answer).toMatchObject({ name: 'A.example', records: [Buffer.from('\x01a')] });
});

test('after a nameserver that is not there the next one is asked, however many asked it at once', async () => {
  answers = (query) => [said(query, 'a')];
  const nobody = '127.0.0.1:9';
  const asks = ask(() => [nobody, at()]);
  const lost = await Promise.allSettled([asks(), asks()]);
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await asks()).records).toHaveLength(1);
  expect((await asks()).records).toHaveLength(1);
  expect(heard).toHaveLength(2);
});

test('a system without nameservers is told so', async () => {
  await expect(ask(() => [])()).rejects.toThrow('no nameserver');
});
