/** Bundles: whoever holds a key opens their parcel, and nobody learns more than a length. */

import { systemRandom } from '@polynya/reach/clock';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openBundle, sealBundle } from './bundle.ts';
import { CarryError } from './carry-error.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const plain = fc.uint8Array({ minLength: 1, maxLength: 2_000 });
const parcels = fc.uniqueArray(fc.record({ key, plain }), {
  maxLength: 12,
  selector: (one) => one.key.join(),
});

const sealed = (given: readonly { key: Uint8Array; plain: Uint8Array }[]) =>
  sealBundle(
    given.map((one) => ({ keys: [one.key], plain: one.plain })),
    systemRandom,
  );

describe('a bundle', () => {
  test('gives to the holder of a key the parcel that was sealed for it, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(parcels, async (given) => {
        const file = await sealed(given);
        for (const one of given) {
          const opened = await openBundle(file, [{ key: one.key, of: 'ours' }]);
          expect(opened).toEqual([{ of: 'ours', plain: one.plain }]);
        }
        await expect(openBundle(file, [{ key: systemRandom(32), of: 'other' }])).rejects.toThrow(
          CarryError,
        );
      }),
      { numRuns: 20 },
    );
  });

  test('opens by any key of a parcel, once', async () => {
    const [old, young] = [systemRandom(32), systemRandom(32)];
    const said = new Uint8Array([1, 2, 3]);
    const file = await sealBundle([{ keys: [old, young], plain: said }], systemRandom);
    const both = [old, young].map((one) => ({ key: one, of: 'us' }));
    expect(await openBundle(file, [both[1] ?? { key: old, of: '' }])).toHaveLength(1);
    expect(await openBundle(file, both)).toEqual([{ of: 'us', plain: said }]);
  });

  test('that was changed anywhere is refused, or gives what was sealed', async () => {
    await fc.assert(
      fc.asyncProperty(
        key,
        plain,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (k, p, at, bits) => {
          const file = await sealed([{ key: k, plain: p }]);
          const place = at % file.length;
          file[place] = (file[place] ?? 0) ^ bits;
          const opened = await openBundle(file, [{ key: k, of: 0 }]).catch((error: unknown) => {
            if (error instanceof CarryError) return null;
            throw error;
          });
          if (opened) expect(opened).toEqual([{ of: 0, plain: p }]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('of anything else is refused by a CarryError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), key, async (file, k) => {
        await expect(openBundle(file, [{ key: k, of: 0 }])).rejects.toThrow(CarryError);
      }),
      { numRuns: 60 },
    );
  });

  test('does not show for how many chats it is', async () => {
    const said = new Uint8Array(40);
    const one = await sealed([{ key: systemRandom(32), plain: new Uint8Array(136) }]);
    const three = await sealed(
      [1, 2, 3].map(() => ({ key: systemRandom(32), plain: said.subarray(0, 34) })),
    );
    expect(three.length).toBe(one.length);
  });
});
