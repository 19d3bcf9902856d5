/** A technique: what one file of this folder tells of, as data that the board can print and a command line can change. */
import type { Rules } from '../middlebox/middlebox.ts';

export type Parameters = Readonly<Record<string, number>>;

export interface Technique {
  /** As in `--set NAME.parameter=value`. */
  readonly name: string;
  /** One sentence for whoever reads the board. */
  readonly what: string;
  /** Where it was seen and measured. */
  readonly sources: readonly string[];
  /** With their usual values; the unit is in the name, or it is a count. */
  readonly parameters: Parameters;
  /** The kinds of it; each says what it does to the line. */
  readonly variants: Readonly<Record<string, (rules: Rules, parameters: Parameters) => void>>;
}

/** Values given on a command line, by technique and parameter. */
export type Settings = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Imposes a variant, with `settings` over the usual values. @throws RangeError for a variant that is none */
export function impose(
  technique: Technique,
  variant: string,
  settings: Settings,
  rules: Rules,
): void {
  const act = technique.variants[variant];
  if (!act) throw new RangeError(`${technique.name} has no variant ${variant}`);
  act(rules, parametersOf(technique, settings));
}

export function parametersOf({ name, parameters }: Technique, settings: Settings): Parameters {
  return { ...parameters, ...Object.fromEntries(settings.get(name) ?? []) };
}

/** A parameter that the technique declares. */
export function value(parameters: Parameters, name: string): number {
  const found = parameters[name];
  if (found === undefined) throw new RangeError(`no parameter ${name}`);
  return found;
}
