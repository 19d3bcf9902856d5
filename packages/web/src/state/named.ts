/** Things by their names, each of which is heard of alone; kept outside of Solid, so that thousands cost nothing. */
import { type Accessor, batch, createMemo, createSignal, type Signal } from 'solid-js';

export interface Named<T> {
  /** undefined: there is none. Who asks hears when it changes. */
  of(name: string): T | undefined;
  /** As `of`; one that went stands for as long as it is shown. */
  last(name: string): Accessor<T | undefined>;
  /** All there are from now on. What is the same object has not changed. */
  set(all: readonly T[]): void;
}

export function createNamed<T extends object>(nameOf: (one: T) => string): Named<T> {
  const known = new Map<string, T>();
  const heard = new Map<string, Signal<T | undefined>>();
  const of = (name: string) => {
    const signal = heard.get(name) ?? createSignal(known.get(name));
    heard.set(name, signal);
    return signal[0]();
  };
  return {
    of,
    last: (name) => createMemo((before: T | undefined) => of(name) ?? before),
    set(all) {
      batch(() => {
        for (const one of all) {
          const name = nameOf(one);
          if (known.get(name) === one) continue;
          known.set(name, one);
          heard.get(name)?.[1](() => one);
        }
        if (known.size === all.length) return;
        const there = new Set(all.map(nameOf));
        for (const name of known.keys()) {
          if (there.has(name)) continue;
          known.delete(name);
          const signal = heard.get(name);
          heard.delete(name);
          signal?.[1](undefined);
        }
      });
    },
  };
}
