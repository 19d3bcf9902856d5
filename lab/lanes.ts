/**
 * The board over several labs side by side, each in namespaces of its own: whichever is free takes the scenario that takes
 * longest of those that are left. A lab that breaks off fails the scenario that it was at, and another takes its place.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Row, rowWithout, type Side } from './board/row.ts';
import type { Scenario } from './scenarios.ts';

/** A lab that says nothing for so long hangs, ms: far longer than its longest scenario. */
const HANGS = 1_200_000;

export interface LanesOptions {
  readonly scenarios: readonly Scenario[];
  readonly sides: readonly Side[];
  /** How many labs at a time. */
  readonly lanes: number;
  /** Starts a lab, which takes names of scenarios by its standard input and answers each with a line of JSON rows. */
  readonly start: () => ChildProcess;
  readonly onRows: (rows: readonly Row[]) => void;
}

/** Resolves when every scenario has its rows. */
export async function runLanes({ scenarios, lanes, ...rest }: LanesOptions): Promise<void> {
  const left = [...scenarios].sort((a, b) => secondsOf(b) - secondsOf(a));
  const count = Math.min(lanes, left.length);
  await Promise.all(Array.from({ length: count }, () => runLane(left, rest)));
}

/** Takes scenarios out of `left` until none is. */
async function runLane(
  left: Scenario[],
  { sides, start, onRows }: Omit<LanesOptions, 'scenarios' | 'lanes'>,
): Promise<void> {
  let lab: Running | null = null;
  for (let scenario = left.shift(); scenario; scenario = left.shift()) {
    lab ??= new Running(start());
    const answer = await lab.does(`${scenario.name}/${scenario.variant}`);
    if (Array.isArray(answer)) onRows(answer);
    else {
      onRows(sides.map((side) => rowWithout(scenario, side, `the lab broke off: ${answer}`)));
      lab.end();
      lab = null;
    }
  }
  lab?.end();
}

/** About how long a scenario takes, in seconds: for the order alone. */
function secondsOf({ task, bound, browser }: Scenario): number {
  const long = { 'texts-and-picture': 600, rounds: 300, probes: 60 } as const;
  return Object.hasOwn(long, task) ? long[task as keyof typeof long] : bound + (browser ? 30 : 0);
}

class Running {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (!child.stdout) throw new Error('a lab without a standard output');
    // Whoever ended does not read any more: its silence says so.
    child.stdin?.on('error', () => undefined);
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** The rows, or why there are none. */
  async does(name: string): Promise<Row[] | string> {
    this.#child.stdin?.write(`${name}\n`);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), HANGS);
    const hangs = once(late.signal, 'abort').then(() => null);
    const line = await Promise.race([this.#lines.next(), hangs]);
    clearTimeout(timer);
    if (line === null) return 'it hung';
    if (line.done) return 'its own words are above';
    const answer = JSON.parse(line.value) as { rows: Row[] } | { broke: string };
    return 'rows' in answer ? answer.rows : answer.broke;
  }

  /** unshare(1) heeds no milder signal; the kernel then ends all that is inside. */
  end(): void {
    this.#child.kill('SIGKILL');
  }
}
