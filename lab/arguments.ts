/** What may be said on the command line of `npm run lab`. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Side } from './board/row.ts';
import { BRIDGES } from './network/plan.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { BridgeHost } from './sides/bridge.ts';
import { techniques } from './techniques/all.ts';
import type { Settings } from './techniques/technique.ts';

export interface LabArguments {
  readonly scenarios: readonly Scenario[];
  readonly sides: readonly Side[];
  readonly settings: Settings;
  readonly seed: number;
  /** Seconds, in place of every scenario's own: a quick look. */
  readonly bound: number | undefined;
  /** Bridges that are switched off before the censor begins. */
  readonly dead: readonly BridgeHost[];
  /** Labs side by side. */
  readonly lanes: number;
  readonly json: boolean;
  /** Where scoreboard.md and scoreboard.html go; undefined for nowhere. */
  readonly out: string | undefined;
  /** What makes the same board anew. */
  readonly command: string;
}

export const USAGE =
  'npm run lab -- [SCENARIO[/VARIANT]]... [--side open|naive|polynya]... [--set TECHNIQUE.PARAMETER=N]... [--seed N] [--bound SECONDS] [--dead BRIDGE]... [--lanes N] [--json] [--out DIR]';

/** Something that can be said better: `message` is for the person who said it. */
export class ArgumentError extends Error {}

const SIDES: readonly Side[] = ['open', 'naive', 'polynya'];

/** @throws ArgumentError */
export function readArguments(args: readonly string[]): LabArguments {
  const { values, positionals } = parsed(args);
  const wanted = [...positionals, ...(values.scenario ?? [])];
  const sides = values.side ?? SIDES;
  const wrong = sides.find((side) => !SIDES.includes(side as Side));
  if (wrong !== undefined)
    throw new ArgumentError(`There is no side "${wrong}": say ${SIDES.join(', ')}.`);
  const seed = Number(values.seed ?? '1');
  if (!Number.isSafeInteger(seed)) throw new ArgumentError('--seed takes a whole number.');
  const bound = values.bound === undefined ? undefined : Number(values.bound);
  if (bound !== undefined && !(bound > 0)) throw new ArgumentError('--bound takes seconds.');
  const lanes = Number(values.lanes ?? availableParallelism());
  if (!Number.isSafeInteger(lanes) || lanes < 1)
    throw new ArgumentError('--lanes takes a whole number.');
  return {
    scenarios: wanted.length === 0 ? scenarios : wanted.flatMap(named),
    sides: sides as Side[],
    settings: readSettings(values.set ?? []),
    seed,
    bound,
    dead: (values.dead ?? []).map(bridge),
    lanes,
    json: values.json ?? false,
    out: values.out,
    command: commandOf(values, positionals, seed),
  };
}

/** In words that were looked at before. */
function commandOf(
  { scenario = [], side = [], set = [], bound, dead = [] }: ReturnType<typeof parsed>['values'],
  positionals: readonly string[],
  seed: number,
): string {
  const each = (name: string, given: readonly string[]) => given.flatMap((value) => [name, value]);
  const words = [
    ...[...positionals, ...scenario, ...each('--side', side), ...each('--set', set)],
    ...[...each('--dead', dead), ...(bound === undefined ? [] : ['--bound', bound])],
    ...['--seed', String(seed)],
  ];
  return `npm run lab -- ${words.join(' ')}`;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        scenario: { type: 'string', multiple: true },
        side: { type: 'string', multiple: true },
        set: { type: 'string', multiple: true },
        seed: { type: 'string' },
        bound: { type: 'string' },
        dead: { type: 'string', multiple: true },
        lanes: { type: 'string' },
        json: { type: 'boolean' },
        out: { type: 'string' },
      },
    });
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n')[0] : '';
    throw new ArgumentError(`${said} It goes: ${USAGE}`);
  }
}

function bridge(name: string): BridgeHost {
  const found = BRIDGES.find((each) => each === name);
  if (found) return found;
  throw new ArgumentError(`There is no bridge "${name}": say one of ${BRIDGES.join(', ')}.`);
}

function named(wanted: string): Scenario[] {
  const found = scenarios.filter(
    ({ name, variant }) => name === wanted || `${name}/${variant}` === wanted,
  );
  if (found.length > 0) return found;
  const names = [...new Set(scenarios.map(({ name }) => name))].join(', ');
  throw new ArgumentError(`There is no scenario "${wanted}": say one of ${names}.`);
}

function readSettings(given: readonly string[]): Settings {
  const settings = new Map<string, Map<string, number>>();
  for (const each of given) {
    const [, name = '', parameter = '', number = ''] = /^([\w-]+)\.(\w+)=(.+)$/.exec(each) ?? [];
    const technique = techniques.find((one) => one.name === name);
    if (!technique) throw new ArgumentError(`--set takes TECHNIQUE.PARAMETER=N, not "${each}".`);
    if (!Object.hasOwn(technique.parameters, parameter)) {
      const known = Object.keys(technique.parameters).join(', ') || 'none';
      throw new ArgumentError(`${name} has no parameter "${parameter}"; it has: ${known}.`);
    }
    const value = Number(number);
    if (!Number.isFinite(value) || value < 0) {
      throw new ArgumentError(`${name}.${parameter} takes a number, not "${number}".`);
    }
    settings.set(name, (settings.get(name) ?? new Map()).set(parameter, value));
  }
  return settings;
}
