/**
 * What every Store promises, as cases that throw when it is broken. They need no test runner,
 * so that the same cases run in Node and, bundled, on a page in a real browser.
 */
import fc from 'fast-check';
import { type Change, type Range, type Store, StoreError, type Table } from './store.ts';

export interface ContractCase {
  readonly name: string;
  /** `open` opens one and the same store, new and empty at first, again after each closing. */
  run(open: () => Promise<Store>): Promise<void>;
}

export const STORE_CONTRACT: readonly ContractCase[] = [
  {
    name: 'a key never written is undefined, and a range of an empty table is empty',
    run: withStore(async (store) => {
      same(await store.get('log', 'a'), undefined);
      same(await store.range('log'), []);
    }),
  },
  {
    name: 'a write is read back, replaced by the next, and deleted by null',
    run: withStore(async (store) => {
      await store.apply([put('log', 'a', 'one')]);
      same(await store.get('log', 'a'), bytes('one'));
      await store.apply([put('log', 'a', 'two')]);
      same(await store.range('log'), [['a', bytes('two')]]);
      await store.apply([remove('log', 'a'), remove('log', 'never there')]);
      same(await store.get('log', 'a'), undefined);
      same(await store.range('log'), []);
    }),
  },
  {
    name: 'tables share no keys',
    run: withStore(async (store) => {
      await store.apply([put('log', 'a', 'log'), put('entry', 'a', 'entry')]);
      await store.apply([remove('log', 'a')]);
      same(await store.get('log', 'a'), undefined);
      same(await store.get('entry', 'a'), bytes('entry'));
    }),
  },
  {
    name: 'the changes of a batch take effect in their order',
    run: withStore(async (store) => {
      await store.apply([put('log', 'a', '1'), remove('log', 'a'), put('log', 'a', '2')]);
      await store.apply([put('log', 'b', '1'), remove('log', 'b')]);
      await store.apply([]);
      same(await store.range('log'), [['a', bytes('2')]]);
    }),
  },
  {
    name: 'a batch in which one change fails leaves nothing, and the next is taken',
    run: withStore(async (store) => {
      await store.apply([put('log', 'kept', 'old')]);
      // What happens when a value was handed to a worker: its buffer is gone.
      const detached = bytes('gone');
      structuredClone(detached, { transfer: [detached.buffer] });
      const failed = await refused(
        store.apply([
          put('log', 'a', 'new'),
          put('log', 'kept', 'new'),
          put('entry', 'b', 'new'),
          { table: 'log', key: 'c', value: detached },
          put('log', 'd', 'new'),
        ]),
      );
      same(failed.code, 'failed');
      same(await store.range('log'), [['kept', bytes('old')]]);
      same(await store.range('entry'), []);
      await store.apply([put('log', 'a', 'next')]);
      same(await store.get('log', 'a'), bytes('next'));
    }),
  },
  {
    name: 'values of 0 B and of 1 MB come back byte for byte, also after reopening',
    run: withStore(async (store, reopen) => {
      const large = new Uint8Array(1 << 20).map((_, i) => (i * 31) ^ (i >> 8));
      await store.apply([
        { table: 'piece', key: 'empty', value: new Uint8Array() },
        { table: 'piece', key: 'large', value: large },
      ]);
      same(await store.get('piece', 'empty'), new Uint8Array());
      same(await store.get('piece', 'large'), large);
      const again = await reopen();
      same(await again.range('piece'), [
        ['empty', new Uint8Array()],
        ['large', large],
      ]);
    }),
  },
  {
    name: 'a value is what it was when apply was called, and what is read belongs to the reader',
    run: withStore(async (store) => {
      const whole = bytes('....view....');
      const view = whole.subarray(4, 8);
      const applied = store.apply([{ table: 'log', key: 'a', value: view }]);
      whole.fill(0);
      await applied;
      const read = await store.get('log', 'a');
      same(read, bytes('view'));
      read?.fill(0);
      same(await store.get('log', 'a'), bytes('view'));
    }),
  },
  {
    name: 'keys ascend by UTF-16 code units, those outside ASCII and the BMP too',
    run: withStore(async (store) => {
      // By code points (UTF-8) the emoji would come last, by locale б before я before z.
      const keys = [
        '',
        '\0',
        '0',
        '10',
        '9',
        'Z',
        'a',
        'a\0',
        'aa',
        'z',
        'é',
        'б',
        'я',
        '🧊',
        '\uffee',
      ];
      await store.apply([...keys].reverse().map((key) => put('log', key, key)));
      same(
        (await store.range('log')).map(([key]) => key),
        keys,
      );
      same(
        (await store.range('log', { reverse: true })).map(([key]) => key),
        [...keys].reverse(),
      );
      same(await store.get('log', '🧊'), bytes('🧊'));
    }),
  },
  {
    name: 'a range starts with `from`, ends before `to` and reads a prefix',
    run: withStore(async (store) => {
      const keys = ['a/1', 'a/2', 'a/3', 'b/1', 'лог/1', 'лог/2', 'лот/1'];
      await store.apply(keys.map((key) => put('log', key, key)));
      const read = async (range: Range) => (await store.range('log', range)).map(([key]) => key);
      same(await read({ from: 'a/2' }), keys.slice(1));
      same(await read({ to: 'a/2' }), ['a/1']);
      same(await read({ from: 'a/', to: 'a0' }), ['a/1', 'a/2', 'a/3']);
      same(await read({ from: 'лог/', to: 'лог0' }), ['лог/1', 'лог/2']);
      same(await read({ from: 'a/2', to: 'a/2' }), []);
      same(await read({ from: 'b', to: 'a' }), []);
      same(await read({ from: 'я' }), []);
    }),
  },
  {
    name: 'a limit counts from where reading starts, in either direction',
    run: withStore(async (store) => {
      const keys = ['a/1', 'a/2', 'a/3', 'a/4', 'b/1'];
      await store.apply(keys.map((key) => put('timeline', key, key)));
      const read = async (range: Range) =>
        (await store.range('timeline', range)).map(([key]) => key);
      const prefix = { from: 'a/', to: 'a0' };
      same(await read({ limit: 2 }), ['a/1', 'a/2']);
      same(await read({ limit: 2, reverse: true }), ['b/1', 'a/4']);
      same(await read({ ...prefix, limit: 1, reverse: true }), ['a/4']);
      same(await read({ ...prefix, limit: 3, reverse: true }), ['a/4', 'a/3', 'a/2']);
      same(await read({ ...prefix, limit: 9, reverse: true }), ['a/4', 'a/3', 'a/2', 'a/1']);
      same(await read({ from: 'c', limit: 2, reverse: true }), []);
      same(await read({ limit: 0 }), []);
    }),
  },
  {
    name: 'calls take effect in the order made, awaited or not',
    run: withStore(async (store, reopen) => {
      const writes: Promise<void>[] = [];
      const reads: Promise<Uint8Array | undefined>[] = [];
      // The last but one is large: sealing it takes longer than sealing the last.
      const values = Array.from(
        { length: 12 },
        (_, i) => `${i}${'.'.repeat(i === 10 ? 1 << 23 : 0)}`,
      );
      for (const [i, value] of values.entries()) {
        writes.push(store.apply([put('log', 'last', value), put('log', `${i}`, '')]));
        reads.push(store.get('log', 'last'));
      }
      for (const [i, value] of (await Promise.all(reads)).entries()) {
        same(Number.parseInt(text(value), 10), i);
      }
      await Promise.all(writes);
      const again = await reopen();
      same(text(await again.get('log', 'last')), '11');
      same((await again.range('log')).length, 13);
    }),
  },
  {
    name: 'closing finishes what was begun; a closed store refuses',
    run: withStore(async (store, reopen) => {
      const applied = store.apply([put('log', 'a', 'begun')]);
      await store.close();
      await applied;
      same((await refused(store.get('log', 'a'))).code, 'failed');
      same((await refused(store.range('log'))).code, 'failed');
      same((await refused(store.apply([put('log', 'b', 'late')]))).code, 'failed');
      same(await (await reopen()).range('log'), [['a', bytes('begun')]]);
    }),
  },
  {
    name: 'destroying erases everything',
    run: withStore(async (store, reopen) => {
      await store.apply([put('log', 'a', 'secret'), put('self', 'root', 'secret')]);
      await store.destroy();
      const again = await reopen();
      same(await again.range('log'), []);
      same(await again.get('self', 'root'), undefined);
    }),
  },
  {
    name: 'any batches, reads and reopenings agree with a sorted map (property)',
    run: async (open) => {
      await fc.assert(
        fc.asyncProperty(fc.array(STEP, { maxLength: 12 }), async (steps) => {
          await withStore(async (opened, reopen) => {
            let store = opened;
            const model = new Map<string, Uint8Array>();
            for (const step of steps) {
              if (step.kind === 'apply') {
                await store.apply(step.changes);
                for (const { table, key, value } of step.changes) {
                  if (value === null) model.delete(`${table}/${key}`);
                  else model.set(`${table}/${key}`, value);
                }
              } else if (step.kind === 'reopen') {
                store = await reopen();
              } else {
                same(
                  await store.range(step.table, step.range),
                  expected(model, step.table, step.range),
                );
              }
            }
            for (const [place, value] of model) {
              const table = place.slice(0, place.indexOf('/')) as Table;
              same(await store.get(table, place.slice(table.length + 1)), value);
            }
          })(open);
        }),
        { numRuns: 60 },
      );
    },
  },
];

const TABLE = fc.constantFrom<Table>('log', 'entry');
const KEY = fc.oneof(
  fc.constantFrom('a', 'a/1', 'a/2', 'b', '🧊', '\uffee'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const STEP = fc.oneof(
  fc.record({
    kind: fc.constant('apply' as const),
    changes: fc.array(
      fc.record({ table: TABLE, key: KEY, value: fc.option(fc.uint8Array({ maxLength: 40 })) }),
      { maxLength: 8 },
    ),
  }),
  fc.record({
    kind: fc.constant('range' as const),
    table: TABLE,
    range: fc.record(
      { from: KEY, to: KEY, limit: fc.nat(6), reverse: fc.boolean() },
      { requiredKeys: [] },
    ),
  }),
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

function expected(
  model: ReadonlyMap<string, Uint8Array>,
  table: Table,
  { from = '', to, limit, reverse }: Range,
): [string, Uint8Array][] {
  const found = [...model]
    .filter(([place]) => place.startsWith(`${table}/`))
    .map(([place, value]): [string, Uint8Array] => [place.slice(table.length + 1), value])
    .filter(([key]) => key >= from && (to === undefined || key < to))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (reverse) found.reverse();
  return found.slice(0, limit);
}

/** Hands the case an empty store and destroys what is left of it, also when the case fails. */
function withStore(
  test: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
): ContractCase['run'] {
  return async (open) => {
    let store = await open();
    try {
      await test(store, async () => {
        await store.close();
        store = await open();
        return store;
      });
    } finally {
      await store.destroy();
    }
  };
}

/** The StoreError that a call is refused with; anything else breaks the contract. */
export async function refused(call: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason) => reason,
  );
  if (error instanceof StoreError) return error;
  throw new Error(`expected a StoreError, got ${String(error ?? 'success')}`);
}

function same(actual: unknown, wanted: unknown): void {
  const [a, b] = [show(actual), show(wanted)];
  if (a !== b) throw new Error(`expected ${shorten(b)}, got ${shorten(a)}`);
}

/** Values as text, each byte of an array included. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes(${value.length}):${toHex(value)}`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function toHex(value: Uint8Array): string {
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function shorten(shown: string): string {
  return shown.length > 300 ? `${shown.slice(0, 300)}...` : shown;
}

export function bytes(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array | undefined): string {
  return new TextDecoder().decode(value).replaceAll('.', '');
}

export function put(table: Table, key: string, value: string): Change {
  return { table, key, value: bytes(value) };
}

function remove(table: Table, key: string): Change {
  return { table, key, value: null };
}
