/**
 * MLS engines side by side, in one run: `bench -- mls [N…] [--json] [--keep]`. Every engine, suite and size is
 * measured in a process of its own, which is given so long; where one was stopped or failed is said on stderr, where
 * the run tells how far it is. On a quiet machine of two cores all of it takes about 20 minutes.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundles } from './bundle.ts';
import type { MlsRow } from './row.ts';
import type { SuiteName } from './suites.ts';

const ALL_SIZES = [2, 32, 128, 512, 1_000, 2_048, 10_000];

/** `patience`: ms for one size. The others get less, because they run into it at one size each. */
const ENTRANTS: readonly { engine: MlsRow['engine']; suite: SuiteName; patience: number }[] = [
  { engine: 'polynya', suite: 'X25519-AES128-SHA256', patience: 400_000 },
  { engine: 'polynya', suite: 'XWING-AES128-SHA256', patience: 400_000 },
  { engine: 'ts-mls', suite: 'X25519-AES128-SHA256', patience: 150_000 },
  { engine: 'core-crypto', suite: 'X25519-AES128-SHA256', patience: 150_000 },
  { engine: 'ts-mls', suite: 'XWING-AES256-SHA512', patience: 150_000 },
];

/** `sizes`: numbers of members, from 2 on; all when none is given. */
export async function mls(sizes: readonly number[]): Promise<MlsRow[]> {
  const rows: MlsRow[] = [];
  for (const entrant of ENTRANTS) {
    for (const n of sizes.length > 0 ? sizes : ALL_SIZES) {
      const started = performance.now();
      const { measured, failure } = await measure(entrant, n);
      rows.push(...measured);
      const seconds = Math.round((performance.now() - started) / 1_000);
      const last = measured.at(-1)?.work ?? 'nothing';
      const outcome = failure === undefined ? 'measured' : `${failure}, after "${last}"`;
      console.error(
        `${entrant.engine} ${entrant.suite} with ${n} members, ${seconds} s: ${outcome}`,
      );
      if (failure !== undefined) break;
    }
  }
  // Last: what this process uses at its highest would count as its children's.
  return [...rows, ...(await bundles())];
}

async function measure({ engine, suite, patience }: (typeof ENTRANTS)[number], n: number) {
  const program = join(import.meta.dirname, 'child.ts');
  const child = spawn(process.execPath, [program, engine, suite, `${n}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const measured: MlsRow[] = [];
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve({ code, signal }));
  });
  const waiting = setTimeout(() => child.kill('SIGKILL'), patience);
  for await (const line of createInterface(child.stdout)) measured.push(JSON.parse(line));
  const { code, signal } = await ended;
  clearTimeout(waiting);
  if (code === 0) return { measured };
  const said = words.split('\n').find((line) => line.includes('Error')) ?? `code ${code}`;
  const failure = signal === 'SIGKILL' ? `stopped after ${patience / 1_000} s` : said;
  return { measured, failure };
}
