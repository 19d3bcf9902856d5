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
import { ask, Stopwatch, type Suspect, throwAt } from './ask.ts';
import { classify } from './classify.ts';
import { median, timesDiffer } from './compare.ts';
import { nearPaths, rawProbes, requestsFor } from './requests.ts';
import { answersToHellos } from './server-hello.ts';

/** Two web sites that are nothing else differ in their medians by this much, ms, and more. */
const BETWEEN_SITES = 3;
/** Most of the time of a probe is waiting for what does not come. */
const AT_A_TIME = 24;

export interface ProbeContext extends TaskContext {
  readonly capture: Capture;
  readonly chance: Chance;
}

/** A host and what is secret about it. */
interface Target extends Suspect {
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
    const seen = [
      ...(await answersOf(target)),
      ...(await nearSecret(target)),
      ...(await replays(target, capture)),
      ...(await times(target, samples, chance, took)),
    ];
    found.push(...seen.map((what) => `${target.name}: ${what}`));
  }
  const besides = await heldAgainst(lab, scenario.kind, took);
  if (found.length === 0) return { ...outcome, besides };
  return spoiled({ ...outcome, besides }, `can be told from the decoy: ${found.join('; ')}`);
}

/**
 * What the decoy was, and how its TLS and times compare: TLS is each one's library's, which no setting of ours reaches,
 * and so no reason to fail (docs/seen-from-outside.md).
 */
async function heldAgainst({ nginx }: Lab, kind: string, took: readonly string[]): Promise<string> {
  const decoy = nginx ?? 'a bridge that leads nowhere, for there is no nginx here';
  const target = kind === 'server' ? HOSTS.home : HOSTS.bridge1;
  const [ours, decoys] = [await answersToHellos(target), await answersToHellos(HOSTS.decoy)];
  const differ = [...ours].filter(([hello, answer]) => decoys.get(hello) !== answer);
  const said = differ.map(([hello, answer]) => `${hello}: ${answer}, not ${decoys.get(hello)}`);
  const tls = said.length > 0 ? `TLS differs (${said.join('; ')})` : 'TLS is alike';
  return `held against ${decoy}; ${tls}; medians of times near a secret path, to the decoy’s: ${took.join(', ')}`;
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

/**
 * Paths near the secret one and paths that never were, on one connection and in an order of chance, so that the
 * machine's moods hit both; and the decoy beside it, from which no site may stand out more than sites do.
 */
async function times(
  target: Target,
  samples: number,
  chance: Chance,
  took: string[],
): Promise<string[]> {
  const [ours, decoys] = [await Stopwatch.on(target), await Stopwatch.on(HOSTS.decoy)];
  const found: string[] = [];
  const lots = new Map<string, number[]>();
  const near = nearPaths(target.secret).filter((path) => path.includes(target.secret.slice(0, 8)));
  for (let round = 0; round < samples; round++) {
    const path = near[round % near.length] ?? '/';
    // Of the same length, and never asked for before.
    const never = `/${String(round).padStart(path.length - 1, 'q')}`;
    const lot = (name: string, watch: Stopwatch, where: string, kind: string) => async () => {
      const time = await watch.time(requestsFor(where).get(kind) ?? Buffer.alloc(0));
      lots.set(name, [...(lots.get(name) ?? []), time]);
    };
    const all = ['GET', 'POST'].flatMap((kind) => [
      lot(`near ${kind}`, ours, path, kind),
      lot(`never ${kind}`, ours, never, kind),
      lot(`decoy ${kind}`, decoys, never, kind),
    ]);
    for (const each of shuffled(all, chance)) await each();
  }
  ours.end();
  decoys.end();
  for (const kind of ['GET', 'POST']) {
    const [one, other, third] = ['near', 'never', 'decoy'].map(
      (name) => lots.get(`${name} ${kind}`) ?? [],
    ) as [number[], number[], number[]];
    const shift = Math.abs(median(one) - median(third));
    const ms = [one, third].map((all) => median(all).toFixed(2)).join(' to ');
    took.push(`${target.name} ${kind} ${ms} ms${timesDiffer(one, third) ? '' : ', alike'}`);
    if (timesDiffer(one, other)) found.push(`${kind} near the secret path takes another time`);
    if (timesDiffer(one, third) && shift > BETWEEN_SITES) {
      found.push(`${kind} takes ${shift.toFixed(1)} ms more or less than at the decoy`);
    }
  }
  return found;
}

function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  return list
    .map((each) => [chance(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}

async function inTurns<T>(list: readonly T[], does: (each: T) => Promise<void>): Promise<void> {
  const left = [...list];
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await does(next);
    }),
  );
}
