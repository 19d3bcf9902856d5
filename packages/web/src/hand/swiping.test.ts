import { describe, expect, it } from 'vitest';
import { goesBack, swipeOf, type Touched } from './swiping.ts';

const touched = (dx: number, dy: number, more: Partial<Touched> = {}, x = 200) => {
  const from = { x, y: 300 };
  const to = { x: x + dx, y: 300 + dy };
  return swipeOf({ from, to, width: 360, rtl: false, message: true, list: true, ...more });
};

describe('a finger over a chat', () => {
  it('means nothing before it moved, and nothing of ours when it scrolls', () => {
    expect(touched(6, 6)).toBeNull();
    expect(touched(30, 40)).toBe('none');
    expect(touched(-30, -25)).toBe('none');
  });

  it('answers a message to either side', () => {
    expect(touched(-30, 5)).toBe('reply');
    expect(touched(30, -5)).toBe('reply');
    expect(touched(30, 0, { message: false })).toBe('none');
  });

  it('goes back from the side where lines begin, on a message too, where there is a list', () => {
    expect(touched(30, 0, {}, 20)).toBe('back');
    expect(touched(-30, 0, {}, 20)).toBe('reply');
    expect(touched(30, 0, { list: false }, 20)).toBe('reply');
    expect(touched(-30, 0, { rtl: true }, 340)).toBe('back');
    expect(touched(30, 0, { rtl: true }, 20)).toBe('reply');
  });

  it('takes the chat along when it went far or fast enough, and never the other way', () => {
    expect([goesBack(121, 0, 360), goesBack(119, 0, 360)]).toEqual([true, false]);
    expect([goesBack(30, 0.6, 360), goesBack(-30, 0.6, 360)]).toEqual([true, false]);
  });
});
