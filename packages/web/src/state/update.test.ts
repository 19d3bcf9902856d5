/** An old page reloads once, and never in the middle of something. */
import { describe, expect, it } from 'vitest';
import { reloadFor, type UpdatePorts, updateFor } from './update.ts';

function page(own = 'index-old.js'): UpdatePorts & { reloads: number } {
  const kept = new Map<string, string>();
  const memory = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  } as unknown as Storage;
  const take = async () => null;
  const ports = { own, memory, take, reloads: 0, reload: () => ports.reloads++ };
  return ports;
}

describe('updateFor', () => {
  it('does nothing while the builds are the same, or not known', () => {
    expect(updateFor(page(), 'index-old.js', false)).toBe('none');
    expect(updateFor(page(), '', false)).toBe('none');
    expect(updateFor(page(''), 'index-new.js', false)).toBe('none');
  });

  it('reloads an idle page for a new build, once', async () => {
    const ports = page();
    expect(updateFor(ports, 'index-new.js', false)).toBe('reload');
    await reloadFor(ports, 'index-new.js');
    expect(ports.reloads).toBe(1);
    expect(updateFor(ports, 'index-new.js', false)).toBe('tell');
    expect(updateFor(ports, 'index-newer.js', false)).toBe('reload');
  });

  it('does not reload for a release that was refused, and says which', async () => {
    const refused = { outcome: 'refused', why: 'other-key', offered: 'BK' } as const;
    const ports = { ...page(), take: async () => refused };
    expect(await reloadFor(ports, 'index-new.js')).toEqual(refused);
    expect(ports.reloads).toBe(0);
  });

  it('only tells while something is typed or sent, or where nothing can be remembered', () => {
    expect(updateFor(page(), 'index-new.js', true)).toBe('tell');
    expect(updateFor({ ...page(), memory: null }, 'index-new.js', false)).toBe('tell');
  });
});
