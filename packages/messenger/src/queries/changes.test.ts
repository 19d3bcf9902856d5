import { expect, it } from 'vitest';
import { Changes } from './changes.ts';
import { live } from './live.ts';

/** Time that passes when told to. */
class Frames {
  readonly #due: (() => void)[] = [];
  setTimeout = (run: () => void, ms: number) => {
    expect(ms).toBe(16);
    this.#due.push(run);
    return () => void this.#due.splice(this.#due.indexOf(run), 1);
  };
  pass(): void {
    for (const run of this.#due.splice(0)) run();
  }
  get pending(): number {
    return this.#due.length;
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

it('a burst of touches is told once, a frame later, and only to those who asked', () => {
  const frames = new Frames();
  const changes = new Changes(frames);
  const told: string[] = [];
  changes.on(['a', 'b'], () => told.push('ab'));
  changes.on(['c'], () => told.push('c'));
  for (const topic of ['a', 'b', 'a', 'd']) changes.touch(topic);
  expect(told).toEqual([]);
  frames.pass();
  expect(told).toEqual(['ab']);
  frames.pass();
  expect(told).toEqual(['ab']);
  changes.touch('c');
  frames.pass();
  expect(told).toEqual(['ab', 'c']);
});

it('nobody is told after they ended, also of what was due', () => {
  const frames = new Frames();
  const changes = new Changes(frames);
  const told: string[] = [];
  const listener = () => told.push('x');
  const off = changes.on(['a'], listener);
  changes.on(['a'], listener);
  changes.touch('a');
  off();
  frames.pass();
  expect(told).toEqual(['x']);
  changes.touch('a');
  changes.close();
  frames.pass();
  expect(told).toEqual(['x']);
});

it('without listeners no timer runs', () => {
  const frames = new Frames();
  const changes = new Changes(frames);
  changes.touch('a');
  changes.on(['a'], () => undefined)();
  changes.touch('a');
  expect(frames.pending).toBe(0);
});

/** A query whose computations are finished by hand. */
function manual() {
  const frames = new Frames();
  const changes = new Changes(frames);
  const running: PromiseWithResolvers<number>[] = [];
  const shown: number[] = [];
  const failures: unknown[] = [];
  const end = live({
    changes,
    topics: ['a'],
    compute: () => {
      const computation = Promise.withResolvers<number>();
      running.push(computation);
      return computation.promise;
    },
    listener: (result) => shown.push(result),
    failed: (error) => failures.push(error),
  });
  const touch = () => {
    changes.touch('a');
    frames.pass();
  };
  return { running, shown, failures, end, touch };
}

it('a live query answers at once, and again after each change', async () => {
  const { running, shown, touch } = manual();
  running[0]?.resolve(1);
  await settle();
  touch();
  running[1]?.resolve(2);
  await settle();
  expect(shown).toEqual([1, 2]);
});

it('a live query never computes twice at once; changes met meanwhile cost one more', async () => {
  const { running, shown, touch } = manual();
  touch();
  touch();
  expect(running).toHaveLength(1);
  running[0]?.resolve(1);
  await settle();
  expect(running).toHaveLength(2);
  running[1]?.resolve(2);
  await settle();
  expect(running).toHaveLength(2);
  expect(shown).toEqual([1, 2]);
});

it('a live query that ended gives nothing, also not what was being computed', async () => {
  const { running, shown, end, touch } = manual();
  touch();
  end();
  running[0]?.resolve(1);
  await settle();
  touch();
  expect(shown).toEqual([]);
  expect(running).toHaveLength(1);
});

it('a live query whose computation failed says so and is computed at the next change', async () => {
  const { running, shown, failures, touch } = manual();
  running[0]?.reject(new Error('no'));
  await settle();
  touch();
  running[1]?.resolve(2);
  await settle();
  expect(failures).toEqual([new Error('no')]);
  expect(shown).toEqual([2]);
});

it('a live query survives a listener that throws', async () => {
  const changes = new Changes(new Frames());
  const failures: unknown[] = [];
  live({
    changes,
    topics: [],
    compute: async () => 1,
    listener: () => {
      throw new Error('in a view');
    },
    failed: (error) => failures.push(error),
  });
  await settle();
  expect(failures).toEqual([new Error('in a view')]);
});
