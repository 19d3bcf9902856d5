/**
 * `npm run fuzz -- server [INPUTS] [SEED]`: a million damaged envelopes and HTTP requests, or so many, into a
 * server of its own. Ends with 1 if it crashed, met a bug, grew, or does not serve a client afterwards.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { Dice, damaged } from '@polynya/mls/test/fuzz/mutate';
import { concat } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import { joinEnvelopes, splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { newLogOn } from '@polynya/server/test/server-process';
import { WireClient } from '@polynya/server/test/wire-client';
import { memoryOf } from '../faults/memory.ts';
import { agree, type HostileSession, type PostEnvelopes } from './hostile-session.ts';
import { sendRequests } from './http.ts';

/** Of all inputs, one in so many is an HTTP request. */
const HTTP = 10;
const AT_ONCE = 8;
/** POSTs after which a session makes room for another. */
const SESSION = 200;
/** What a server may hold more at the end than after a tenth of the inputs. In bytes. */
const ROOM = 64 * 1_048_576;
const WAIT_MS = 2_000;
/** Answered late, or the end of the session. */
const LEFT_OUT = new Set(['linger', 'bye']);

const [inputs = 1_000_000, seed = Date.now() % 1_000_000] = process.argv.slice(2, 4).map(Number);
const dice = new Dice(seed);
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'vectors', 'requests.json'), 'utf8'),
) as { requests: { request: { op: string }; call: string }[] };
const calls = vectors.requests
  .filter(({ request: { op } }) => !LEFT_OUT.has(op))
  .map(({ call }) => new Uint8Array(Buffer.from(call, 'hex')));

const folder = mkdtempSync(join(tmpdir(), 'polynya-fuzz-'));
const program = join(import.meta.dirname, '../../packages/server/src/test/server-child.ts');
const child: ChildProcess = spawn(process.execPath, [program, join(folder, 'data'), 'OFF'], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
let said = '';
child.stderr?.setEncoding('utf8').on('data', (text: string) => {
  if (said.length < 4_000) said += text;
});
if (!child.stdout) throw new Error('no output');
const [line] = await once(createInterface({ input: child.stdout }), 'line');
const { endpoint, identity: hex, invite } = JSON.parse(String(line)) as Record<string, string>;
const url = new URL(endpoint ?? '');
const identity = new Uint8Array(Buffer.from(hex ?? '', 'hex'));
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

const post: PostEnvelopes = async (envelopes) => {
  const body = joinEnvelopes([...envelopes]);
  const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length };
  const asked = request(url, { method: 'POST', headers, agent, timeout: WAIT_MS });
  const answer = new Promise<Uint8Array[]>((resolve, reject) => {
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve([]));
    asked.on('response', async (response) => {
      try {
        const bytes = new Uint8Array(await buffer(response));
        resolve(response.statusCode === 200 ? splitEnvelopes(bytes) : []);
      } catch (error) {
        reject(error);
      }
    });
  });
  asked.end(body);
  return answer;
};

/** Damaged outside, damaged inside the seal, or a whole first flight again. */
function envelopeOf(session: HostileSession, seq: number): Uint8Array {
  const picked = Array.from({ length: 1 + dice.below(3) }, () => dice.pick(calls));
  const message = concat(
    ...[Uint8Array.of(0x82), encodeCbor(seq), Uint8Array.of(0x80 + picked.length)],
    ...picked,
  );
  const kind = dice.below(4);
  if (kind === 0)
    return damaged(dice, dice.below(8) === 0 ? session.flight : session.seal(message));
  return session.seal(kind === 1 ? message : damaged(dice, message));
}

async function worker(until: () => boolean, count: (inputs: number) => void): Promise<void> {
  let session = await agree(post, identity);
  for (let posts = 1; !until(); posts++) {
    if (posts % SESSION === 0) session = await agree(post, identity);
    if (dice.below(HTTP) === 0) {
      await sendRequests(Number(url.port), dice, LIMITS.postEnvelopes);
    } else {
      const from = posts * LIMITS.postEnvelopes;
      const all = Array.from({ length: LIMITS.postEnvelopes }, (_, i) =>
        envelopeOf(session, from + i),
      ).filter(({ length }) => length > 0);
      await post(all);
    }
    count(LIMITS.postEnvelopes);
  }
}

const memory = (): number => memoryOf(child.pid ?? 0);

const started = performance.now();
let done = 0;
let warm = 0;
const count = (more: number): void => {
  const before = Math.floor((10 * done) / inputs);
  done += more;
  if (Math.floor((10 * done) / inputs) === before) return;
  const seconds = Math.round((performance.now() - started) / 1_000);
  warm ||= memory();
  console.log(`${done} inputs in ${seconds} s, seed ${seed}, ${Math.round(memory() / 1e6)} MB`);
};
const over = () => done >= inputs || child.exitCode !== null || child.signalCode !== null;
await Promise.all(Array.from({ length: AT_ONCE }, () => worker(over, count)));

const faults: string[] = [];
if (child.exitCode !== null || child.signalCode !== null) faults.push('it ended');
else {
  const grown = memory() - warm;
  if (grown > ROOM) faults.push(`it grew by ${Math.round(grown / 1e6)} MB`);
  const client = await WireClient.connect(url.href, identity);
  await newLogOn(client, { invite: new Uint8Array(Buffer.from(invite ?? '', 'hex')) });
  client.close();
  child.kill('SIGTERM');
  await once(child, 'exit');
}
if (said !== '') faults.push(`it said: ${said}`);
agent.destroy();
rmSync(folder, { recursive: true });
console.log(faults.length === 0 ? 'It went on, and grew no more.' : faults.join('; '));
if (faults.length > 0) process.exitCode = 1;
