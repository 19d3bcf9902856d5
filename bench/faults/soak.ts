/**
 * A server that works for long: each round of half a minute people come, make logs, write, read, type, store
 * a file and go; others are there all the time. Its memory is to be flat, and nothing lost. Twenty rounds are
 * ten minutes.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { postCarrier } from '@polynya/reach/carriers/post/client';
import { entry, hashOf, id, secret } from '@polynya/server/test/ids';
import { Group } from '@polynya/server/test/load';
import {
  connectTo,
  endProcess,
  type ServerProcess,
  startProcess,
} from '@polynya/server/test/server-process';
import type { Fault } from './fault.ts';
import { memoryOf } from './memory.ts';

const ROUND_MS = 30_000;
/** People who come and go in a round. */
const GUESTS = 40;
const PIECES = 8;
/** Between the rounds of the second quarter and those of the last, by their medians. In bytes. */
const ROOM = 24 * 1_048_576;

export const soak: Fault = async ({ rounds, random, folder }) => {
  const server = await startProcess(join(folder, 'data'));
  const group = await Group.on(server);
  const { allowance } = await admitted(server);
  const memory: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const end = performance.now() + ROUND_MS;
    await group.work(server, () => group.acknowledgements(200));
    for (let guest = 0; guest < GUESTS; guest++)
      await visit(server, allowance, guest % 2 === 1, random() < 0.75);
    await setTimeout(Math.max(0, end - performance.now()));
    memory.push(memoryOf(server.pid));
    console.error(`soak: ${round} of ${rounds}, ${Math.round((memory.at(-1) ?? 0) / 1e6)} MB`);
  }
  const quarter = Math.floor(rounds / 4);
  const grown = median(memory.slice(-quarter)) - median(memory.slice(quarter, 2 * quarter));
  if (quarter > 0 && grown > ROOM) {
    process.exitCode = 1;
    console.error(`soak: the server grew by ${Math.round(grown / 1e6)} MB  FAILED`);
  }
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  return verdict;
};

async function admitted(server: ServerProcess) {
  const client = await connectTo(server);
  const allowance = secret();
  await client.ask('admit', { invite: server.invite, allowance });
  client.close();
  return { allowance };
}

async function visit(
  server: ServerProcess,
  allowance: Uint8Array,
  post: boolean,
  polite: boolean,
): Promise<void> {
  const client = await connectTo(post ? { ...server, carrier: postCarrier } : server);
  const [log, capability, blob, reader, drop] = [id(), secret(), id(), secret(), secret()];
  await client.ask('create', { log, kind: 0, hash: hashOf(capability), allowance });
  await client.ask('open', { n: 1, log, secret: capability });
  await client.ask('watch', { n: 1 });
  await client.ask('append', { n: 1, entries: [entry(), entry()] });
  await client.ask('signal', { n: 1, body: secret() });
  await client.ask('read', { n: 1, from: 1, bytes: 10_000 });
  const hashes = { hash: hashOf(reader), drop: hashOf(drop) };
  await client.ask('blob', { blob, ...hashes, pieces: PIECES, allowance });
  for (let index = 0; index < PIECES; index++) {
    await client.ask('put', {
      blob,
      secret: reader,
      index,
      body: new Uint8Array(60_000).fill(index),
    });
  }
  await client.ask('drop', { blob, secret: drop });
  // Every fourth goes without a word, as people do.
  if (polite) await client.ask('bye', {});
  client.close();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
