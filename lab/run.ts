/** One scenario: without a censor, then under it, naive client and Polynya side by side; what came of it, as rows. */
import { type Row, rowWithout, type Side } from './board/row.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Lab } from './lab.ts';
import { Capture } from './network/capture.ts';
import type { Packet } from './network/pcap.ts';
import { GATEWAYS, HOSTS } from './network/plan.ts';
import { probe } from './probes/probe.ts';
import { type Chance, letters, seeded } from './random.ts';
import { type Hunted, Hunter, type RoundsContext, rounds } from './rounds.ts';
import type { Scenario, Task } from './scenarios.ts';
import type { BridgeHost } from './sides/bridge.ts';
import { NaiveTalker } from './sides/naive.ts';
import { Pair, type Said, type Witness } from './sides/pair.ts';
import { openPlainPage } from './sides/plain-page.ts';
import { Member } from './sides/polynya.ts';
import { exchange, type Outcome, spoiled } from './sides/talk.ts';
import { type Way, wayOfWire } from './sides/way.ts';
import { busiest, bytesOf, crossing, leaksIn, mainWay } from './sides/wire.ts';
import { type TaskContext, tasks } from './tasks.ts';
import { impose, parametersOf, type Settings, value } from './techniques/technique.ts';

export interface RunOptions {
  readonly settings: Settings;
  readonly chance: Chance;
  readonly sides: readonly Side[];
  /** Bridges that are switched off before the censor begins. */
  readonly dead: readonly BridgeHost[];
}

/** Without a censor everything is there within this, in seconds. */
const OPEN_BOUND = 30;
/** By then a client has asked its server for what nobody waits for, ms. */
const SETTLING = 20_000;
/** What people do who cannot hear of each other any more. */
const PAST_THE_SERVER: readonly Task[] = ['texts-nearby', 'file-by-hand'];
const EVERYBODY: readonly Witness[] = ['terminal', 'page'];
const NAIVE = [HOSTS.nan.address, HOSTS.ned.address];

/** What one messenger did in one run. */
interface Run {
  readonly outcome: Outcome;
  readonly clients: readonly string[];
  readonly secrets: ReadonlyMap<string, string>;
  readonly said: readonly Said[];
  /** When the task was over, in seconds since 1970: what asking for a diagnosis costs is not counted. */
  readonly over: number;
}

export async function runScenario(
  lab: Lab,
  scenario: Scenario,
  options: RunOptions,
): Promise<Row[]> {
  const { sides } = options;
  await lab.middlebox.lift();
  const polynya = sides.includes('open') || sides.includes('polynya');
  const rows: Row[] = [];
  const add = (side: Side, run: Run, packets: readonly Packet[]): void => {
    rows.push(rowOf(scenario, side, run, crossing(packets, run.clients)));
  };
  const pairs = polynya ? await settle(lab, scenario, options) : null;
  // Without a censor this has to work: nothing can be said of what it would do under one.
  if (typeof pairs === 'string') return sides.map((side) => rowWithout(scenario, side, pairs));
  if (pairs && sides.includes('open')) {
    const capture = await begin(lab);
    const [naive, ours] = await Promise.all([
      naiveRun(lab, scenario, options, OPEN_BOUND),
      openRun(lab, pairs.open, scenario, options),
    ]);
    const outcome = naive.outcome.passed
      ? ours.outcome
      : { ...naive.outcome, why: `the naive client: ${naive.outcome.why}` };
    add('open', { ...ours, outcome }, await capture.stop());
  }
  await lab.switchOff(options.dead);
  const under = { lab, scenario, settings: options.settings };
  const capture = await begin(lab);
  await lab.middlebox.impose((rules) =>
    impose(scenario.technique, scenario.kind, options.settings, rules),
  );
  const naive = sides.includes('naive') && scenario.expectNaive !== 'none';
  const hunt = scenario.task === 'rounds' ? huntOf(lab, scenario, options, capture) : null;
  const [naively, ours] = await Promise.all([
    naive ? naiveRun(lab, scenario, options, naiveBound(scenario, options), hunt) : null,
    pairs && sides.includes('polynya')
      ? censoredRun({ ...under, ...pairs, capture }, options, hunt)
      : null,
  ]);
  await lab.middlebox.lift();
  const packets = await capture.stop();
  if (naively) add('naive', naively, packets);
  if (ours) add('polynya', ours, packets);
  return rows;
}

interface Settled {
  readonly open: Pair;
  readonly pair: Pair;
  readonly link: string;
  /** Somebody else at home, who can be asked while the pair talks. */
  readonly onlooker: Member | null;
}

/**
 * Members who know each other; a second pair for a scenario in which somebody is yet to come. Answers why
 * not, if that does not work.
 */
async function settle(
  lab: Lab,
  scenario: Scenario,
  { chance }: RunOptions,
): Promise<Settled | string> {
  const server = await lab.polynya(scenario.server);
  const { shelf = 1, through } = scenario;
  const make = () =>
    new Pair({
      hosts: scenario.hosts,
      folder: lab.newFolder(),
      caPath: lab.authority.path,
      browser: scenario.browser,
      names: [`Ann ${letters(chance, 12)}`, `Bob ${letters(chance, 12)}`],
    });
  try {
    const open = make();
    await open.complete(await open.begin(server, shelf, through));
    if (scenario.settled) await open.stay(SETTLING);
    // Behind that: who is at a browser has left it before their name was said.
    if (PAST_THE_SERVER.includes(scenario.task)) await open.meet();
    const onlooker =
      scenario.task === 'rounds'
        ? new Member('dora', `Dora ${letters(chance, 12)}`, lab.newFolder(), lab.authority.path)
        : null;
    await onlooker?.arrive(await server.invite(shelf));
    if (scenario.task !== 'new-user') return { open, pair: open, link: '', onlooker };
    const pair = make();
    return { open, pair, link: await pair.begin(server, shelf, through), onlooker };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message;
  }
}

function begin(lab: Lab): Promise<Capture> {
  return Capture.start(GATEWAYS.lan.device, `${lab.newFolder()}.pcap`);
}

/** What both sides are hunted by, each for itself. */
function huntOf(
  lab: Lab,
  scenario: Scenario,
  options: RunOptions,
  capture: Capture,
): RoundsContext {
  const { settings } = options;
  const kept = value(parametersOf(scenario.technique, settings), 'kept');
  return { hunter: new Hunter(lab.middlebox, kept), capture, scenario, settings };
}

/** Seconds. Where the censor lifts its hand in the middle, what is shown is that nothing came before. */
function naiveBound({ task, technique, bound }: Scenario, { settings }: RunOptions): number {
  if (task !== 'queued-texts') return bound;
  const parameters = parametersOf(technique, settings);
  return value(parameters, 'seconds') / value(parameters, 'scale');
}

async function naiveRun(
  lab: Lab,
  { task, browser }: Scenario,
  { chance }: RunOptions,
  bound: number,
  hunt: RoundsContext | null = null,
): Promise<Run> {
  // Who is new to a browser needs a page first: whether a plain one comes is what theirs is held against.
  if (task === 'new-user' && browser) return plainPageRun(lab, bound);
  const room = letters(chance, 12);
  const texts = wordsOf(chance);
  const began = performance.now();
  const talk = (host: 'nan' | 'ned') => new NaiveTalker(host, room, lab.authority.path);
  const both = [talk('nan'), talk('ned')] as const;
  const outcome = hunt
    ? (await rounds({ both, addresses: NAIVE, texts, chance: ownChance(chance) }, hunt)).outcome
    : await exchange(both, texts, bound, began);
  await Promise.all(both.map((each) => each.stop()));
  return { outcome, clients: NAIVE, secrets: new Map(), said: [], over: now() };
}

async function plainPageRun(lab: Lab, bound: number): Promise<Run> {
  const plan = { host: 'nan', folder: lab.newFolder(), caPath: lab.authority.path } as const;
  const outcome = await openPlainPage(plan, bound);
  return { outcome, clients: NAIVE, secrets: new Map(), said: [], over: now() };
}

async function openRun(
  lab: Lab,
  pair: Pair,
  scenario: Scenario,
  { chance }: RunOptions,
): Promise<Run> {
  const texts = wordsOf(chance);
  const began = performance.now();
  const both = pair.talk();
  const outcome = await exchange(both, texts, OPEN_BOUND, began);
  await Promise.all(both.map((each) => each.stop()));
  const over = now();
  const said = await pair.diagnoses(scenario.asked ?? EVERYBODY);
  const secrets = secretsOf(lab, pair, texts);
  return { outcome, clients: pair.addresses, secrets, said, over };
}

type Censored = Omit<TaskContext, 'texts'> & {
  readonly capture: Capture;
  readonly onlooker: Member | null;
};

async function censoredRun(
  context: Censored,
  { chance }: RunOptions,
  hunt: RoundsContext | null,
): Promise<Run> {
  const { lab, scenario, pair, onlooker } = context;
  const texts = wordsOf(chance, scenario.length);
  const all = { ...context, texts };
  let outcome: Outcome;
  let hunted: Hunted | null = null;
  if (hunt && onlooker) {
    const prey = { addresses: pair.addresses, texts, chance: ownChance(chance) };
    const asked = () => onlooker.diagnosis();
    hunted = await rounds({ ...prey, both: pair.talk(), asked }, hunt);
    outcome = hunted.outcome;
  } else if (scenario.task === 'probes')
    outcome = await probe({ ...all, chance: ownChance(chance) });
  else if (scenario.task === 'rounds') throw new Error('rounds without a hunter');
  else outcome = await tasks[scenario.task](all);
  const penned = lab.middlebox.events.find((event) =>
    pair.addresses.some((address) => event.startsWith(`penned ${address} `)),
  );
  if (scenario.neverPenned && penned) outcome = spoiled(outcome, `was ${penned}`);
  const told = lab.toldByBridges;
  const payloads = pair.links.map((link) => link.slice(link.indexOf('#') + 1));
  if (payloads.some((payload) => told.includes(payload)))
    outcome = spoiled(outcome, 'a bridge wrote an invite down');
  // Asked for while the censor is at work, as people would: once more where it has lifted its hand meanwhile.
  const over = now();
  if (scenario.task === 'queued-texts') {
    const { technique, kind } = scenario;
    await lab.middlebox.impose((rules) => impose(technique, kind, context.settings, rules));
  }
  const said = hunted?.said ?? (await pair.diagnoses(scenario.asked ?? EVERYBODY));
  const secrets = secretsOf(lab, pair, texts);
  return { outcome, clients: pair.addresses, secrets, said, over };
}

function secretsOf(lab: Lab, pair: Pair, texts: readonly string[]): Map<string, string> {
  const payload = (link: string) => link.slice(link.indexOf('#') + 1);
  return new Map([
    ['the first name', pair.first.name],
    ['the second name', pair.second.name],
    ['the chat’s id', pair.chats[0]],
    ...(pair.nearSecret === null
      ? []
      : [['the secret of a code at home', pair.nearSecret] as const]),
    ...texts.map((text, index) => [`text ${index + 1}`, text.slice(0, 40)] as const),
    ...lab.bridges.map(
      (line, index) =>
        [`the path of bridge ${index + 1}`, new URL(line).pathname.slice(1)] as const,
    ),
    ...pair.links.map((link, index) => [`invite ${index + 1}`, payload(link)] as const),
    ...lab.secretPaths.map((path) => ['the path of a hidden server', path] as const),
  ]);
}

function ownChance(chance: Chance): Chance {
  return seeded(Math.floor(chance() * 2 ** 32));
}

function now(): number {
  return Date.now() / 1_000;
}

function wordsOf(chance: Chance, length = 30): [string, string] {
  const text = () => letters(chance, 40).padEnd(length, ' the ice is thin here').slice(0, length);
  return [text(), text()];
}

function rowOf(scenario: Scenario, side: Side, run: Run, packets: readonly Packet[]): Row {
  const { outcome, said, secrets } = run;
  const { expectNaive, bound } = scenario;
  const usual = side === 'polynya' ? scenario.expected : 'none';
  const isRight = ({ diagnosis, right }: Said): boolean =>
    right ? right.answers.some((one) => one === diagnosis) : diagnosis === usual;
  const leaks = leaksIn(packets, secrets);
  const counted = packets.filter(({ at }) => at <= run.over);
  const wrong = side === 'naive' ? [] : said.filter((each) => !isRight(each));
  const nobody = side !== 'naive' && said.length === 0;
  const told = wrong[0] ?? said.at(-1);
  const delivered = outcome.delivered ?? outcome.passed;
  const way = delivered ? (outcome.way ?? wayOfPackets(counted)) : null;
  const reasons = [
    outcome.why,
    leaks.length > 0 ? `to be read on the wire: ${leaks.join(', ')}` : null,
    nobody ? 'nobody was asked what is done to the line' : null,
    ...wrong.map(wrongly),
  ].filter((reason) => reason !== null);
  return {
    scenario: scenario.name,
    variant: scenario.variant,
    side,
    expectNaive,
    passed: outcome.passed && reasons.length === 0,
    seconds: outcome.seconds === null ? null : Math.round(outcome.seconds * 100) / 100,
    bytes: bytesOf(counted),
    busiest: busiest(counted),
    carrier: way?.carrier ?? null,
    host: way?.host ?? null,
    diagnosis: told?.diagnosis ?? null,
    expected: expectedOf(told) ?? usual,
    delivered,
    says: said.map(({ by }) => by),
    bound: side === 'open' ? OPEN_BOUND : bound,
    why: reasons.length > 0 ? reasons.join('; ') : null,
    besides: outcome.besides ?? null,
  };
}

function wrongly({ by, diagnosis, why, right }: Said): string {
  const when = right && `${right.when}, where ${right.answers.join(' or ')} would be right`;
  const says = `the ${by} says ${diagnosis ?? 'nothing'} of the line`;
  return [[says, when].filter(Boolean).join(' '), why].filter(Boolean).join(': ');
}

/** Of several right answers the one that was given. */
function expectedOf(told: Said | undefined): Diagnosis | undefined {
  const answers = told?.right?.answers ?? [];
  return answers.find((one) => one === told?.diagnosis) ?? answers[0];
}

function wayOfPackets(packets: readonly Packet[]): Way | null {
  const seen = mainWay(packets);
  return seen === null ? null : wayOfWire(seen);
}
