/**
 * Active probing of Polynya's server, beside the decoy: every answer must be the decoy's, in the decoy's
 * time. First the members talk, so that there is something to record and to repeat.
 */
import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import type { Capture } from '../network/capture.ts';
import { HOSTS } from '../network/plan.ts';
import { streamsIn } from '../network/streams.ts';
import { exchange, type Outcome } from '../sides/talk.ts';
import type { TaskContext } from '../tasks.ts';
import { parametersOf, value } from '../techniques/technique.ts';
import { difference, type ProbeAnswer, timesDiffer } from './compare.ts';
import { type ProbeRequest, probeRequests, rawProbes } from './requests.ts';

const PATIENCE = 5_000;
const QUIET = 1_000;

export async function probe(
  context: TaskContext & { readonly capture: Capture },
): Promise<Outcome> {
  const { lab, pair, scenario, settings, texts, capture } = context;
  const both = pair.talk();
  const outcome = await exchange(both, texts, scenario.bound);
  await Promise.all(both.map((each) => each.stop()));
  if (!outcome.passed) return outcome;
  const [suspect, decoy] = [HOSTS.server.address, HOSTS.decoy.address];
  const ca = lab.authority.pem;
  const found: string[] = [];
  for (const each of probeRequests) {
    const differs = difference(await ask(suspect, each, ca), await ask(decoy, each, ca));
    if (differs) found.push(`${each.method} ${each.path} gets ${differs}`);
  }
  const recorded = streamsIn(capture.packets())
    .filter(({ to, toPort }) => to === suspect && toPort === 443)
    .slice(0, 2)
    .map(({ bytes }) => ({ what: 'a recorded connection', bytes }));
  for (const { what, bytes } of [...rawProbes, ...recorded]) {
    const [theirs, ordinary] = [await throwAt(suspect, bytes), await throwAt(decoy, bytes)];
    if (theirs !== ordinary) found.push(`${what} gets ${theirs}, not ${ordinary}`);
  }
  const samples = value(parametersOf(scenario.technique, settings), 'samples');
  if (await slower(suspect, decoy, samples, ca)) found.push('nothing is answered in another time');
  if (found.length === 0) return outcome;
  return { ...outcome, passed: false, why: `can be told from the decoy: ${found.join('; ')}` };
}

/** One request on a connection of its own. */
async function ask(address: string, { method, path, headers, body }: ProbeRequest, ca: Buffer) {
  const outgoing = request({
    ...{ host: address, port: 443, method, path, ca, agent: false },
    headers: { ...headers, ...(body && { 'content-length': body.length }) },
    signal: AbortSignal.timeout(PATIENCE),
  });
  return new Promise<ProbeAnswer>((resolve) => {
    const nothing = () => resolve({ status: 0, headers: [], body: '' });
    outgoing.on('error', nothing);
    outgoing.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: names(response.rawHeaders), body: '' });
    });
    outgoing.on('response', async (response) => {
      try {
        const parts: Buffer[] = [];
        for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
        const status = response.statusCode ?? 0;
        const text = Buffer.concat(parts).toString('latin1');
        resolve({ status, headers: names(response.rawHeaders), body: text });
      } catch {
        // Cut off in the middle: an answer too, and not that of a site.
        nothing();
      }
    });
    outgoing.end(body);
  });
}

function names(raw: readonly string[]): string[] {
  return raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
}

/** What a server does with bytes: how it begins to answer, and how it ends. */
async function throwAt(address: string, bytes: Buffer): Promise<string> {
  const socket = connect({ host: address, port: 443 });
  let first = 'nothing';
  let end = 'and waits';
  socket.once('data', (part: Buffer) => {
    first = `a record of kind ${part[0]}`;
  });
  socket.on('end', () => {
    end = 'and an end';
  });
  socket.on('error', () => {
    end = 'and a reset';
  });
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), QUIET);
  socket.resume();
  await once(socket, 'close').catch(() => undefined);
  clearTimeout(timer);
  return `${first} ${end}`;
}

/** Whether pages that do not exist take another time, by turns so that the machine's moods hit both. */
async function slower(
  suspect: string,
  decoy: string,
  samples: number,
  ca: Buffer,
): Promise<boolean> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < samples; round++) {
    for (const [index, address] of [suspect, decoy].entries()) {
      const began = performance.now();
      await ask(address, { method: 'GET', path: `/nothing-${round}` }, ca);
      times[index as 0 | 1].push(performance.now() - began);
    }
  }
  return timesDiffer(...times);
}
