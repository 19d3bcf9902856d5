/**
 * Active probing of every bridge, or of a server that hides behind a web site: all answers must be what nginx answered
 * to the same (vectors/web-site.json) and what the decoy answers, paths near a secret one must be like any other, and
 * none of it may show in the time it takes. First the members talk, so that there is something to record and repeat.
 */

import { recordedExchanges } from '../hosts/site-files.ts';
import type { Lab } from '../lab.ts';
import type { Capture } from '../network/capture.ts';
import { BRIDGES, HOSTS } from '../network/plan.ts';
import { streamsIn } from '../network/streams.ts';
import type { Chance } from '../random.ts';
import { exchange, type Outcome, spoiled } from '../sides/talk.ts';
import type { TaskContext } from '../tasks.ts';
import { parametersOf, value } from '../techniques/technique.ts';
import { ask, type Suspect, throwAt } from './ask.ts';
import { classify } from './classify.ts';
import { nearPaths, rawProbes, requestsFor } from './requests.ts';
import { times } from './times.ts';
import { tlsOf } from './tls.ts';

/** Most of the time of a probe is waiting for what does not come. */
const AT_A_TIME = 24;

export interface ProbeContext extends TaskContext {
  readonly capture: Capture;
  readonly chance: Chance;
}

/** A host and what is secret about it. */
export interface Target extends Suspect {
  readonly secret: string;
}

export async function probe(context: ProbeContext): Promise<Outcome> {
  const { lab, pair, scenario, settings, texts, capture, chance } = context;
  if (scenario.kind === 'classifier') return classify(context);
  const both = pair.talk();
  const outcome = await exchange(both, texts, scenario.bound);
  await Promise.all(both.map((each) => each.stop()));
  if (!outcome.passed) return outcome;
  const samples = value(parametersOf(scenario.technique, settings), 'samples');
  const found: string[] = [];
  const took: string[] = [];
  for (const target of await targetsOf(lab, scenario.kind)) {
    const timed = await times(target, samples, chance);
    took.push(...timed.took);
    const seen = [
      ...(await answersOf(target)),
      ...(await nearSecret(target)),
      ...(await replays(target, capture)),
      ...timed.found,
    ];
    found.push(...seen.map((what) => `${target.name}: ${what}`));
  }
  const suspect = scenario.kind === 'server' ? HOSTS.home : HOSTS.bridge1;
  const tls = await tlsOf(suspect, HOSTS.decoy, () => lab.newFolder());
  found.push(...tls.found);
  const decoy = lab.nginx ?? 'a bridge that leads nowhere, for there is no nginx here';
  const medians = `medians near the secret path, near one that was made up, and at the decoy’s: ${took.join(', ')}`;
  const besides = `held against ${decoy}; ${tls.besides}; ${medians}`;
  if (found.length === 0) return { ...outcome, besides };
  return spoiled({ ...outcome, besides }, `can be told from the decoy: ${found.join('; ')}`);
}

/** Bridges that are alive, or the hidden server. */
async function targetsOf(lab: Lab, kind: string): Promise<Target[]> {
  if (kind === 'server') {
    const { secretPath: secret } = await lab.polynya('home');
    return [{ ...HOSTS.home, secret }];
  }
  const alive = BRIDGES.map((host, index) => [host, lab.bridges[index] ?? ''] as const).filter(
    ([host]) => !lab.dead.includes(host),
  );
  return alive.map(([host, line]) => ({ ...HOSTS[host], secret: new URL(line).pathname.slice(1) }));
}

/** Every kind of request, plain or broken: as nginx, and as the decoy. */
async function answersOf(target: Target): Promise<string[]> {
  const found: string[] = [];
  await inTurns(recordedExchanges(), async ({ what, sent, answer }) => {
    const wanted = answer.replaceAll(':PORT/', '/');
    const got = await ask(target, sent, wanted);
    if (got !== wanted) found.push(`"${what}" is not answered as nginx does`);
    const decoys = await ask(HOSTS.decoy, sent, got);
    if (got !== decoys) found.push(`"${what}" is not the decoy’s`);
  });
  return found;
}

/** Ours with a wrong secret, and what never was. */
async function nearSecret(target: Target): Promise<string[]> {
  const found: string[] = [];
  const ordinary = new Map<string, string>();
  await inTurns([...requestsFor('/no-such-page')], async ([kind, sent]) => {
    const [theirs, decoys] = await Promise.all([ask(target, sent), ask(HOSTS.decoy, sent)]);
    ordinary.set(kind, theirs);
    if (decoys !== theirs) found.push(`${kind} of no page is not the decoy’s`);
  });
  const all = nearPaths(target.secret).flatMap((path) => [...requestsFor(path)]);
  await inTurns(all, async ([kind, sent]) => {
    const usual = ordinary.get(kind);
    if ((await ask(target, sent, usual)) !== usual) found.push(`${kind} near the secret path`);
  });
  return found;
}

/** Bytes that are no TLS, and first flights as they were recorded: the same ones at the decoy. */
async function replays(target: Target, capture: Capture): Promise<string[]> {
  const recorded = streamsIn(capture.packets())
    .filter(({ from, toPort, begun }) => begun && toPort === 443 && from.startsWith('192.'))
    .slice(0, 4)
    .flatMap(({ bytes }) => [
      { what: 'a recorded connection', bytes },
      { what: 'a recorded hello', bytes: bytes.subarray(0, 5 + bytes.readUInt16BE(3)) },
    ]);
  const found: string[] = [];
  await inTurns([...rawProbes, ...recorded], async ({ what, bytes }) => {
    const theirs = await throwAt(target.address, bytes);
    const ordinary = await throwAt(HOSTS.decoy.address, bytes);
    if (theirs !== ordinary) found.push(`${what} gets ${theirs}, not ${ordinary}`);
  });
  return found;
}

async function inTurns<T>(list: readonly T[], does: (each: T) => Promise<void>): Promise<void> {
  const left = [...list];
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await does(next);
    }),
  );
}
