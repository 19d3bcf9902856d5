/** One writer per device, on real Web Locks and a real BroadcastChannel. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Writer, writeAlone } from './writer.ts';

const channels: BroadcastChannel[] = [];
afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

interface Tab {
  readonly writer: Writer;
  readonly seen: string[];
}

let lockName = 0;

/** Locks of their own for each test: the name is fixed, the origin of Node's locks is one. */
function locksOfTheirOwn(): LockManager {
  const suffix = `-${lockName++}`;
  const request = (name: string, options: LockOptions, callback: LockGrantedCallback<unknown>) =>
    navigator.locks.request(`${name}${suffix}`, options, callback);
  return { request } as unknown as LockManager;
}

let writing = 0;
function openTab(locks: LockManager, room: string): Tab {
  const channel = new BroadcastChannel(room);
  channels.push(channel);
  const seen: string[] = [];
  const writer = writeAlone(locks, channel, {
    async begin() {
      writing++;
      expect(writing).toBe(1);
      seen.push('begin');
    },
    async end() {
      await new Promise((resolve) => setTimeout(resolve, 10));
      writing--;
      seen.push('end');
    },
    elsewhere: () => seen.push('elsewhere'),
  });
  return { writer, seen };
}

describe('writeAlone', () => {
  afterEach(() => {
    writing = 0;
  });

  it('begins in the first tab, and tells the second that another one writes', async () => {
    const locks = locksOfTheirOwn();
    const first = openTab(locks, 'a');
    await vi.waitFor(() => expect(first.seen).toEqual(['begin']));
    const second = openTab(locks, 'a');
    await vi.waitFor(() => expect(second.seen).toEqual(['elsewhere']));
  });

  it('passes from tab to tab, never written by two, and to the one that asked', async () => {
    const locks = locksOfTheirOwn();
    const [first, second, third] = [openTab(locks, 'b'), openTab(locks, 'b'), openTab(locks, 'b')];
    await vi.waitFor(() => expect(third?.seen).toEqual(['elsewhere']));
    third?.writer.takeOver();
    await vi.waitFor(() => expect(third?.seen).toEqual(['elsewhere', 'begin']));
    expect(first?.seen).toEqual(['begin', 'end', 'elsewhere']);
    expect(second?.seen).toEqual(['elsewhere']);
    first?.writer.takeOver();
    await vi.waitFor(() => expect(first?.seen.at(-1)).toBe('begin'));
    expect(third?.seen).toEqual(['elsewhere', 'begin', 'end', 'elsewhere']);
  });
});
