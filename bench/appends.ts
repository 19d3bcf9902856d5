/**
 * Durable appends a second through the whole stack: sealed sessions over WebSocket on the loopback, the
 * delivery service, SQLite with an fsync before each answer. The server has one core, the load another.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '@polynya/protocol/limits';
import { entry, hashOf, id, secret } from '@polynya/server/test/ids';
import {
  connectTo,
  endProcess,
  type ServerProcess,
  startProcess,
} from '@polynya/server/test/server-process';
import type { WireClient } from '@polynya/server/test/wire-client';
import { atMost, median, type Row } from './row.ts';

const RUNS = 3;
/** ms of each run, after as much again of warming up. */
const LASTS = 1_500;
/** A sealed text of 100 B is about this long. */
const BODY = 'x'.repeat(330);
const CONNECTIONS = [1, 8, 64];

export async function appends(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'polynya-bench-'));
  const pinned = pinLoad();
  const server = await startProcess(
    join(folder, 'data'),
    'FULL',
    pinned ? ['taskset', '-c', '0'] : [],
  );
  try {
    const rows: Row[] = [];
    const allowance = secret();
    const first = await connectTo(server);
    await first.ask('admit', { invite: server.invite, allowance });
    first.close();
    const where = pinned ? 'a core of its own' : 'cores shared with the load';
    for (const batch of [1, LIMITS.batch]) {
      for (const connections of CONNECTIONS) {
        const value = await rate(server, allowance, connections, batch);
        const work = `entries stored and acknowledged, batches of ${batch}, ${connections} connections, on ${where}`;
        rows.push(atMost(work, value, 'entries/s', null));
      }
    }
    return rows;
  } finally {
    await endProcess(server, 'SIGTERM');
    await rm(folder, { recursive: true });
  }
}

/** Each connection appends to a log of its own, one batch under way at a time, as devices do. */
async function rate(
  server: ServerProcess,
  allowance: Uint8Array,
  connections: number,
  batch: number,
): Promise<number> {
  const clients = await Promise.all(Array.from({ length: connections }, () => connectTo(server)));
  for (const client of clients) {
    const [log, capability] = [id(), secret()];
    await client.ask('create', { log, kind: 0, hash: hashOf(capability), allowance });
    await client.ask('open', { n: 1, log, secret: capability });
  }
  const results: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await load(clients, batch, LASTS / 2);
    const started = performance.now();
    const stored = await load(clients, batch, LASTS);
    results.push(Math.round((stored * 1_000) / (performance.now() - started)));
  }
  for (const client of clients) client.close();
  return median(results);
}

async function load(clients: readonly WireClient[], batch: number, ms: number): Promise<number> {
  const end = performance.now() + ms;
  const counts = clients.map(async (client) => {
    let stored = 0;
    while (performance.now() < end) {
      const entries = Array.from({ length: batch }, () => entry(0, BODY));
      const { seqs } = await client.ask('append', { n: 1, entries });
      stored += seqs.length;
    }
    return stored;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Keeps this process off the server's core; false where that cannot be done. */
function pinLoad(): boolean {
  if (process.platform !== 'linux' || availableParallelism() < 2) return false;
  return spawnSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)]).status === 0;
}
