/** Runs a program of the lab inside, for tests, and reads the JSON that it prints. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { enter } from '../network/enter.ts';

/** @throws Error when the program fails */
export async function inside<T>(program: string, ...args: string[]): Promise<T> {
  const lab = enter(program, args);
  const out = lab.stdout ? await text(lab.stdout) : '';
  if (lab.exitCode === null && lab.signalCode === null) await once(lab, 'exit');
  if (lab.exitCode !== 0) throw new Error(`${program} ended with ${lab.exitCode}: ${out}`);
  return JSON.parse(out) as T;
}
