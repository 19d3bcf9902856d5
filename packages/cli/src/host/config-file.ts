/**
 * The configuration file: one setting a line, `name = value`, `#` begins a comment. What it says is checked
 * against the list of settings, and a mistake is told with the line that it is in.
 */

import { readFileSync } from 'node:fs';
import { Failure, systemCode } from '../failure.ts';
import { readNumber, type Setting, settings, variableOf } from './setting-list.ts';

/** A value that somebody gave, and where, for the sentence that says it is wrong. */
export interface Given {
  readonly value: string;
  /** "polynya.conf, line 3", "POLYNYA_PORT", "--set". */
  readonly where: string;
}

/** By name of the setting. */
export type GivenSettings = ReadonlyMap<string, Given>;

/** @throws Failure if it cannot be read, or says something that is no setting */
export function readConfigFile(path: string): GivenSettings {
  try {
    return parseConfigFile(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = systemCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new Failure(`The configuration file ${path} ${why}.`, 1, error);
  }
}

/** @throws Failure */
export function parseConfigFile(text: string, path: string): GivenSettings {
  const given = new Map<string, Given>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const said = line.replace(/(^|\s)#.*$/, '').trim();
    if (said === '') continue;
    const where = `${path}, line ${index + 1}`;
    const [name, value] = assignment(said, where);
    if (given.has(name)) throw new Failure(`${where}: "${name}" is set twice.`);
    given.set(name, { value, where });
  }
  return given;
}

/** The variables of the environment that set something; an empty one sets nothing. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): GivenSettings {
  const given = new Map<string, Given>();
  for (const name of settings.keys()) {
    const where = variableOf(name);
    const value = env[where];
    if (value) given.set(name, { value, where });
  }
  return given;
}

/** What `--set NAME=VALUE` says. @throws Failure */
export function fromOptions(options: readonly string[]): GivenSettings {
  return new Map(
    options.map((option) => {
      const [name, value] = assignment(option, '--set');
      return [name, { value, where: '--set' }];
    }),
  );
}

function assignment(said: string, where: string): [name: string, value: string] {
  const [, name, value = ''] = /^([\w.]+)\s*=\s*(.*)$/.exec(said) ?? [];
  if (name === undefined) throw new Failure(`${where}: say name = value.`);
  if (settings.has(name)) return [name, value.trim()];
  throw new Failure(`${where}: there is no setting "${name}"; polynya settings lists them.`);
}

/** A number of a setting that is one. @throws Failure */
export function numberOf({ name, kind }: Setting, { value, where }: Given): number {
  const number = readNumber(kind, value);
  if (number !== undefined && Number.isSafeInteger(number)) return number;
  const forms = {
    bytes: 'a size such as 500 MB',
    time: 'a time such as 30 s',
    count: 'a whole number',
    text: 'a text',
    list: 'words',
  };
  throw new Failure(`${where}: "${name}" takes ${forms[kind]}, not "${value}".`);
}
