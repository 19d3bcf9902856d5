/** The board's scenarios: which technique, what people try to do under it, and what must come of that in which time. */
import type { Diagnosis } from './diagnosis.ts';
import type { HostName } from './network/plan.ts';
import type { Witness } from './sides/pair.ts';
import { addressBlock } from './techniques/address-block.ts';
import { curtain } from './techniques/curtain.ts';
import { dnsRemoval } from './techniques/dns-removal.ts';
import { fingerprint } from './techniques/fingerprint.ts';
import { nameFilter } from './techniques/name-filter.ts';
import { policing } from './techniques/policing.ts';
import { probing } from './techniques/probing.ts';
import { severed } from './techniques/severed.ts';
import { shutdown } from './techniques/shutdown.ts';
import type { Technique } from './techniques/technique.ts';
import { throttle } from './techniques/throttle.ts';
import { tightening } from './techniques/tightening.ts';
import { udp } from './techniques/udp.ts';
import { whackAMole } from './techniques/whack-a-mole.ts';
import { whitelist } from './techniques/whitelist.ts';

/** What people try; tasks.ts says how each goes. */
export type Task =
  | 'texts'
  | 'new-user'
  | 'texts-and-picture'
  | 'long-text'
  | 'queued-texts'
  | 'texts-nearby'
  | 'file-by-hand'
  | 'texts-by-volunteer'
  | 'probes'
  | 'rounds';

export interface Scenario {
  readonly name: string;
  readonly variant: string;
  readonly technique: Technique;
  /** The technique's variant. */
  readonly kind: string;
  readonly task: Task;
  /** Of the texts, in characters; a short one when absent. */
  readonly length?: number;
  /** What the naive client must do, else the lab does not bite. */
  readonly expectNaive: 'fail' | 'pass' | 'none';
  /** Seconds within which the texts are there. */
  readonly bound: number;
  /** What whoever is asked has to say of the line; null where that changes while people talk (rounds.ts). */
  readonly expected: Diagnosis | null;
  /** Who is asked: the first by the terminal, and one at a browser by the page, when absent. */
  readonly asked?: readonly Witness[];
  readonly server: 'server' | 'home';
  readonly hosts: readonly [HostName, HostName];
  /** Of the server's bridges, those that the members know: the first, abroad, when absent. */
  readonly shelf?: number;
  /** The second is at a real browser. */
  readonly browser?: true;
  /** The members have been there for a while before: what a client learns in its own time, theirs have learned. */
  readonly settled?: true;
  /** Who is new comes by the link through a bridge. */
  readonly through?: true;
  /** Nobody may be put into the pen. */
  readonly neverPenned?: true;
}

type Short = Omit<Scenario, 'name' | 'variant' | 'kind' | 'task' | 'server' | 'hosts'> &
  Partial<Pick<Scenario, 'kind' | 'task' | 'server' | 'hosts'>>;

function scenario(variant: string, short: Short): Scenario {
  const usual = { kind: variant, task: 'texts', server: 'server', hosts: ['ann', 'bob'] } as const;
  return { ...usual, ...short, name: short.technique.name, variant };
}

const dns = { technique: dnsRemoval, kind: 'removed', expected: 'dns-removed' } as const;
const filtered = { technique: nameFilter, bound: 15, expected: 'name-filtered' } as const;
const noTcp = {
  technique: addressBlock,
  kind: 'tcp',
  bound: 20,
  expected: 'address-blocked',
} as const;
const frozen = { technique: curtain, bound: 15, expected: 'frozen' } as const;
const noDatagrams = { technique: udp, bound: 15, expected: 'udp-dropped' } as const;
const listed = { technique: whitelist, expected: 'domestic-only' } as const;
const cut = { technique: severed, kind: 'abroad', expected: 'foreign-severed' } as const;
const chromium = { browser: true } as const;
const bites = { expectNaive: 'fail' } as const;
const slows = { expectNaive: 'pass' } as const;

export const scenarios: readonly Scenario[] = [
  scenario('installed', { ...dns, ...bites, bound: 10 }),
  scenario('new-user', { ...dns, ...bites, task: 'new-user', bound: 60 }),
  scenario('chromium', { ...dns, ...bites, ...chromium, bound: 10 }),
  // Nothing but a browser and a link by a bridge, from which the page itself comes.
  scenario('new-chromium-by-bridge', {
    ...{ ...dns, ...bites, ...chromium, kind: 'removed-and-blocked', task: 'new-user' },
    ...{ bound: 60, through: true },
  }),
  scenario('silent', { ...dns, ...bites, kind: 'silent', bound: 10 }),
  // Two things are done to the line at once: what is met first is what is said of it.
  scenario('silent-and-blocked', {
    ...{ ...dns, ...bites, kind: 'silent-and-blocked', bound: 30 },
    settled: true,
  }),
  scenario('reset', { ...filtered, ...bites }),
  scenario('reset-chromium', { ...filtered, ...bites, ...chromium, kind: 'reset' }),
  scenario('drop-after', { ...filtered, ...bites }),
  scenario('drop-hello', { ...filtered, ...bites }),
  scenario('dropped', {
    technique: addressBlock,
    ...bites,
    bound: 20,
    expected: 'address-blocked',
  }),
  scenario('chromium', {
    ...{ technique: addressBlock, ...bites, ...chromium, kind: 'dropped', bound: 20 },
    expected: 'address-blocked',
  }),
  scenario('reset', { technique: addressBlock, ...bites, bound: 20, expected: 'address-blocked' }),
  scenario('datagrams', { ...noTcp, ...bites }),
  scenario('datagrams-chromium', { ...noTcp, ...bites, ...chromium }),
  scenario('packets-in-all', { ...frozen, ...bites }),
  scenario('packets-each-way', { ...frozen, ...bites }),
  scenario('reply-bytes', { ...frozen, ...bites }),
  scenario('picture', { ...frozen, ...bites, kind: 'packets-in-all', task: 'texts-and-picture' }),
  scenario('chromium', { ...frozen, ...bites, ...chromium, kind: 'packets-in-all' }),
  scenario('new-chromium', {
    ...{ ...frozen, ...bites, ...chromium, kind: 'packets-in-all', task: 'new-user', bound: 120 },
  }),
  scenario('with-curtain', {
    ...{ technique: policing, ...bites, bound: 30, expected: 'connections-policed' },
    neverPenned: true,
  }),
  // Nothing but an invite and a browser: the page in slices, and then the first text, on one count of connections.
  scenario('new-chromium', {
    ...{ technique: policing, ...bites, ...chromium, kind: 'with-curtain', task: 'new-user' },
    ...{ bound: 240, expected: 'connections-policed', neverPenned: true },
  }),
  scenario('128-kbit', {
    ...{ technique: throttle, ...slows, kind: 'dropped', bound: 20, expected: 'throttled' },
  }),
  scenario('128-kbit-chromium', {
    ...{ technique: throttle, ...slows, ...chromium, kind: 'dropped', bound: 20 },
    expected: 'throttled',
  }),
  scenario('trickle', {
    ...{ technique: throttle, ...slows, bound: 60, expected: 'throttled' },
    ...{ task: 'long-text', length: 2_048 },
  }),
  scenario('trickle-chromium', {
    ...{ technique: throttle, ...slows, ...chromium, kind: 'trickle', bound: 60 },
    ...{ expected: 'throttled', task: 'long-text', length: 2_048 },
  }),
  scenario('all-but-dns', { ...noDatagrams, ...slows }),
  scenario('all-but-dns-chromium', {
    ...{ ...noDatagrams, ...slows, ...chromium, kind: 'all-but-dns' },
  }),
  scenario('stun', { ...noDatagrams, ...slows }),
  scenario('stun-chromium', { ...noDatagrams, ...slows, ...chromium, kind: 'stun' }),
  scenario('node', {
    ...{ technique: fingerprint, ...bites, bound: 20, expected: 'fingerprint-filtered' },
  }),
  scenario('quic', { technique: fingerprint, ...slows, bound: 20, expected: 'none' }),
  // The bridge in the country stands on the second shelf.
  scenario('listed', { ...listed, ...bites, bound: 30, shelf: 2 }),
  scenario('listed-chromium', {
    ...{ ...listed, ...bites, ...chromium, kind: 'listed', bound: 30, shelf: 2 },
  }),
  scenario('dns-only', { ...listed, ...bites, task: 'long-text', length: 140, bound: 120 }),
  scenario('same-country', { ...cut, ...bites, bound: 10, server: 'home' }),
  scenario('same-country-chromium', {
    ...{ ...cut, ...bites, ...chromium, bound: 10, server: 'home' },
  }),
  scenario('cross-border', {
    ...{ ...cut, ...bites, bound: 30, task: 'queued-texts', hosts: ['ann', 'carol'] },
  }),
  // Who is at the page is the one behind the border.
  scenario('cross-border-chromium', {
    ...{ ...cut, ...bites, ...chromium, bound: 30, task: 'queued-texts', hosts: ['carol', 'bob'] },
    asked: ['page'],
  }),
  scenario('lan', {
    ...{ technique: shutdown, kind: 'lan-only', ...bites, bound: 15, expected: 'lan-only' },
    task: 'texts-nearby',
  }),
  // A page has no sockets: it calls the terminal by the code that this one shows.
  scenario('lan-chromium', {
    ...{ technique: shutdown, kind: 'lan-only', ...bites, ...chromium, bound: 15 },
    ...{ expected: 'lan-only', task: 'texts-nearby', settled: true },
  }),
  scenario('file', {
    ...{ technique: shutdown, kind: 'unplugged', ...bites, bound: 15, expected: 'offline' },
    task: 'file-by-hand',
  }),
  scenario('file-chromium', {
    ...{ technique: shutdown, kind: 'unplugged', ...bites, ...chromium, bound: 30 },
    ...{ expected: 'offline', task: 'file-by-hand', settled: true },
  }),
  // Who is abroad can say what is done to no line but their own: whoever sits behind the block is asked.
  scenario('volunteer', {
    ...{ technique: tightening, kind: 'first', ...bites, ...chromium, bound: 30 },
    ...{ task: 'texts-by-volunteer', hosts: ['carol', 'bob'], asked: ['page'] },
    expected: 'address-blocked',
  }),
  scenario('bridges', {
    ...{ technique: probing, expectNaive: 'none', task: 'probes', bound: 60, expected: 'none' },
  }),
  scenario('server', {
    ...{ technique: probing, expectNaive: 'none', task: 'probes', bound: 60, expected: 'none' },
    server: 'home',
  }),
  scenario('classifier', {
    ...{ technique: probing, expectNaive: 'none', task: 'probes', bound: 60, expected: 'none' },
    server: 'home',
  }),
  scenario('classifier-chromium', {
    ...{ technique: probing, expectNaive: 'none', task: 'probes', bound: 60, expected: 'none' },
    ...{ ...chromium, kind: 'classifier', server: 'home' },
  }),
  scenario('rounds', {
    ...{ technique: whackAMole, ...bites, task: 'rounds', bound: 45, expected: null },
  }),
];
