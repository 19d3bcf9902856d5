/**
 * MLS engines side by side, in one run: `bench -- mls [--json]`. Every engine, suite and size is measured in a
 * process of its own, which is given so long; where one was stopped or failed is said on stderr.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundles } from './bundle.ts';
import type { MlsRow } from './row.ts';
import type { SuiteName } from './subject.ts';

const ALL_SIZES = [2, 32, 128, 512, 1_000, 2_048, 10_000];
/** ms for one engine at one size. */
const PATIENCE = 300_000;

const ENTRANTS: readonly { engine: MlsRow['engine']; suite: SuiteName }[] = [
  { engine: 'polynya', suite: 'X25519-AES128-SHA256' },
  { engine: 'polynya', suite: 'XWING-AES128-SHA256' },
  { engine: 'ts-mls', suite: 'X25519-AES128-SHA256' },
  { engine: 'core-crypto', suite: 'X25519-AES128-SHA256' },
  { engine: 'ts-mls', suite: 'XWING-AES256-SHA512' },
];

/** `sizes`: numbers of members; all when none is given. */
export async function mls(sizes: readonly number[]): Promise<MlsRow[]> {
  const rows = await bundles();
  for (const { engine, suite } of ENTRANTS) {
    for (const n of sizes.length > 0 ? sizes : ALL_SIZES) {
      const { measured, failure } = await measure(engine, suite, n);
      rows.push(...measured);
      if (failure === undefined) continue;
      const last = measured.at(-1)?.work ?? 'nothing';
      console.error(`${engine} ${suite} with ${n} members: ${failure}, after "${last}"`);
      break;
    }
  }
  return rows;
}

async function measure(engine: string, suite: string, n: number) {
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
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  for await (const line of createInterface(child.stdout)) measured.push(JSON.parse(line));
  const { code, signal } = await ended;
  clearTimeout(patience);
  if (code === 0) return { measured };
  const said = words.split('\n').find((line) => line.includes('Error')) ?? `code ${code}`;
  const failure = signal === 'SIGKILL' ? `stopped after ${PATIENCE / 1_000} s` : said;
  return { measured, failure };
}

export function printMls(rows: readonly MlsRow[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  for (const { engine, suite, n, work, ...figure } of rows) {
    const [[unit, value] = []] = Object.entries(figure);
    const what = `${engine.padEnd(11)} ${suite.padEnd(21)} ${String(n).padStart(6)}`;
    console.log(`${what}  ${work.padEnd(12)} ${String(value).padStart(12)} ${unit}`);
  }
}
