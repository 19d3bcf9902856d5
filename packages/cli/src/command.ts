/** One command: its options and arguments, checked before it runs. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>['values'];

interface CommandSpec<O extends Options> {
  readonly options: O;
  /** Fewest and most arguments besides the options. */
  readonly takes: readonly [least: number, most: number];
  run(values: Values<O>, given: readonly string[], terminal: Terminal): Promise<void>;
}

export interface Command {
  /**
   * @param args what follows the command's name
   * @param usage printed with a wrong command line
   * @throws Failure
   */
  run(args: readonly string[], usage: string, terminal: Terminal): Promise<void>;
}

export function command<const O extends Options>(spec: CommandSpec<O>): Command {
  return {
    async run(args, usage, terminal) {
      const { values, positionals } = parsed(spec.options, args, usage);
      const [least, most] = spec.takes;
      if (positionals.length < least) throw wrong('Something is missing', usage);
      if (positionals.length > most) {
        throw wrong(`There is one word too many ("${positionals[most]}")`, usage);
      }
      await spec.run(values, positionals, terminal);
    },
  };
}

function parsed<O extends Options>(options: O, args: readonly string[], usage: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const said = error instanceof Error ? error.message.split(/[.\n]/, 1)[0] : String(error);
    throw wrong(said ?? '', usage);
  }
}

function wrong(what: string, usage: string): Failure {
  return new Failure(`${what}: polynya ${usage}`, 2);
}

/**
 * A whole number given as an option.
 * @throws Failure if it is none, or not within the bounds
 */
export function wholeNumber(
  name: string,
  given: string | undefined,
  otherwise: number,
  [least, most]: readonly [number, number],
): number {
  if (given === undefined || given === '') return otherwise;
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Failure(`${name} takes a whole number from ${least} to ${most}, not "${given}".`, 2);
}

/** The options of every command that speaks for a person. */
export const profileOption = { profile: { type: 'string' } } as const;
