/**
 * `npm run fuzz -- [INPUTS] [SEED]`: a million damaged inputs, or so many, into everything that takes messages, on
 * all cores. The same seed gives the same inputs on as many cores. Ends with an error at the first input that is
 * answered by anything but an MlsError, or that leaves a trace.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Dice } from './mutate.ts';

/** Inputs between two reports. */
const PORTION = 110;

async function work(inputs: number, seed: number): Promise<void> {
  const { INSIDE, isUnharmed, OUTSIDE, swallow } = await import('./scenarios.ts');
  const scenarios = [...OUTSIDE, ...INSIDE];
  const dice = new Dice(seed);
  const each = Math.ceil(PORTION / scenarios.length);
  for (let done = 0; done < inputs; done += each * scenarios.length) {
    for (const scenario of scenarios) await swallow(scenario, dice, each);
    process.send?.(each * scenarios.length);
  }
  if (!isUnharmed()) throw new Error('the member is not as it was');
}

async function spread(inputs: number, seed: number): Promise<void> {
  const started = performance.now();
  const workers = availableParallelism();
  let [done, told] = [0, 0];
  const report = () => {
    const seconds = Math.round((performance.now() - started) / 1_000);
    console.log(`${done} inputs in ${seconds} s, seed ${seed}`);
  };
  const outcomes = Array.from({ length: workers }, (_, worker) => {
    const share = [`${Math.ceil(inputs / workers)}`, `${seed + worker}`, 'worker'];
    const child = fork(import.meta.filename, share);
    child.on('message', (count) => {
      done += Number(count);
      if (done - told < inputs / 10) return;
      told = done;
      report();
    });
    return new Promise<boolean>((resolve) => child.on('exit', (code) => resolve(code === 0)));
  });
  const held = (await Promise.all(outcomes)).every(Boolean);
  report();
  console.log(
    held ? 'Each was refused by an MlsError, and changed nothing.' : 'Not all were refused.',
  );
  if (!held) process.exitCode = 1;
}

const [inputs = 1_000_000, seed = Date.now() % 1_000_000] = process.argv.slice(2, 4).map(Number);
await (process.argv[4] === 'worker' ? work(inputs, seed) : spread(inputs, seed));
