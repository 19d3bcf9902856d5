/** What did not change stays the same object, and lists go over by their differences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedList, listChange } from './list-change.ts';
import { shared } from './shared.ts';

const PARTLY = { requiredKeys: [] };
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, undefined, true, 0, 'a', new Uint8Array([1])),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.record({ id: fc.string({ maxLength: 1 }), one: tie('value'), two: tie('value') }, PARTLY),
  ),
})).value;

describe('shared', () => {
  it('equals what is new, whatever was before', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(shared(before, after)).toEqual(after);
      }),
    );
  });

  it('is the very object from before where nothing changed', () => {
    fc.assert(
      fc.property(value, (before) => {
        expect(shared(before, structuredClone(before))).toBe(before);
      }),
    );
  });

  it('keeps members of a list that moved, by their ids', () => {
    const [one, two] = [
      { id: '1', text: 'one' },
      { id: '2', text: 'two' },
    ];
    const after = shared([one, two], structuredClone([{ id: '0', text: 'new' }, two, one]));
    expect(after[1]).toBe(two);
    expect(after[2]).toBe(one);
  });
});

describe('a list change', () => {
  it('leads from any list to any other, and hands over only what is new', () => {
    const known = Array.from({ length: 8 }, (_, at) => ({ at }));
    const list = fc.shuffledSubarray(known);
    fc.assert(
      fc.property(list, list, (before, after) => {
        const change = listChange(before, after);
        expect(changedList(before, change)).toEqual(after);
        expect(change.fresh).toEqual(after.filter((one) => !before.includes(one)));
      }),
    );
  });
});
