/** Altered and random bytes: every failure is an MlsError, and the group is as it was. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Group } from '../engine.ts';
import { MlsError } from '../mls-error.ts';
import {
  anyCommit,
  assemble,
  commitEntry,
  openMessage,
  person,
  recordsOf,
  refusal,
  rehearsalEngine,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();
const [ann, ben] = (await assemble(engine, ['ann', 'ben', 'cid'])) as [Group, Group, Group];
const dan = await person(engine, 'dan');
const message = await ann.seal(utf8('a message of some length, for there to be bytes to alter'));
const staged = await ann.commit({ add: [dan.keyPackage], remove: [2] });
const welcome = staged.welcome as Uint8Array;

/** `original` with bytes altered, cut, doubled or added; or something else altogether. */
const mutantOf = (original: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .oneof(
      fc
        .array(fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        })
        .map((changes) => {
          const copy = original.slice();
          for (const [at, bits] of changes) copy[at] = (copy[at] ?? 0) ^ bits;
          return copy;
        }),
      // The first bytes are lengths and types: alter those more often than chance would.
      fc.tuple(fc.nat(Math.min(90, original.length - 1)), fc.nat(255)).map(([at, byte]) => {
        const copy = original.slice();
        copy[at] = byte;
        return copy;
      }),
      fc.nat(original.length - 1).map((length) => original.slice(0, length)),
      fc
        .uint8Array({ minLength: 1, maxLength: 40 })
        .map((tail) => Uint8Array.of(...original, ...tail)),
      fc.tuple(fc.nat(original.length), fc.nat(original.length)).map(([from, to]) => {
        return Uint8Array.of(...original.subarray(0, from), ...original.subarray(to));
      }),
      fc.uint8Array({ maxLength: 200 }),
    )
    .filter((mutant) => Buffer.compare(mutant, original) !== 0);

/** `refusal` throws what is not an MlsError. */
async function alwaysRefused(
  mutants: fc.Arbitrary<Uint8Array>,
  numRuns: number,
  work: (mutant: Uint8Array) => unknown,
): Promise<void> {
  const before = recordsOf(ben);
  await fc.assert(
    fc.asyncProperty(mutants, async (mutant) => {
      expect(await refusal(() => work(mutant))).not.toBe('nothing');
    }),
    { numRuns },
  );
  expect(recordsOf(ben)).toEqual(before);
}

test('a message', async () => {
  const { epoch } = ben;
  await alwaysRefused(mutantOf(message.body), 1500, (body) =>
    ben.open({ kind: 'message', epoch, body }, anyCommit),
  );
  expect((await openMessage(ben, message.body)).sender.leaf).toBe(0);
});

test('a Commit', async () => {
  const entry = commitEntry(ben.epoch, staged);
  await alwaysRefused(mutantOf(staged.body), 1000, (body) =>
    ben.open({ ...entry, body }, anyCommit),
  );
  expect((await ben.open(entry, anyCommit)).kind).toBe('commit');
});

test('an epoch', async () => {
  const epochs = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-1, 2 ** 53, Number.NaN));
  await fc.assert(
    fc.asyncProperty(epochs, fc.constantFrom('message', 'commit'), async (epoch, kind) => {
      fc.pre(epoch !== ben.epoch);
      const entry = { kind, epoch, body: message.body } as const;
      expect(await refusal(() => ben.open(entry, anyCommit))).not.toBe('nothing');
    }),
    { numRuns: 300 },
  );
});

test('a Welcome', async () => {
  await alwaysRefused(mutantOf(welcome), 400, (bytes) => engine.join(bytes, dan));
  expect((await engine.join(welcome, dan)).members).toHaveLength(3);
});

test('a KeyPackage', async () => {
  await alwaysRefused(mutantOf(dan.keyPackage), 1000, (bytes) => engine.inspect(bytes));
  await alwaysRefused(mutantOf(dan.keyPackage), 200, (bytes) => ann.commit({ add: [bytes] }));
});

test('the secrets of a KeyPackage', async () => {
  await alwaysRefused(mutantOf(dan.secrets), 300, (secrets) =>
    engine.create(utf8('g'), { ...dan, secrets }),
  );
});

// Records come from the own store and are not authenticated: they may restore, but nothing breaks otherwise.
test('the records of a group', async () => {
  const records = recordsOf(ben);
  const entry = { kind: 'message', epoch: ben.epoch, body: message.body } as const;
  await fc.assert(
    fc.asyncProperty(
      fc
        .constantFrom(...records)
        .chain(([name, bytes]) => fc.tuple(fc.constant(name), mutantOf(bytes))),
      async ([name, mutant]) => {
        let group: Group;
        try {
          group = engine.restore(new Map(records).set(name, mutant));
        } catch (error) {
          expect(error).toBeInstanceOf(MlsError);
          return;
        }
        await refusal(() => group.seal(utf8('x')));
        await refusal(() => group.open(entry, anyCommit));
        await refusal(() => group.commit({}));
        group.changesSince(null);
      },
    ),
    { numRuns: 300 },
  );
});
