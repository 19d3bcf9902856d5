/** One writer per device, on real Web Locks and a real BroadcastChannel. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Writer, writeAlone } from './writer.ts';

/** ms: for a machine that does much else beside. */
const PATIENCE = 30_000;

const channels: BroadcastChannel[] = [];
afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

interface Tab {
  readonly writer: Writer;
  readonly seen: string[];
  /** As a browser does it: what the tab holds is free, what it waits for is forgotten. */
  close(): void;
}

/** The locks as one tab has them: their name is fixed, and the origin of Node's is one for all tests. */
function locksUntil(closed: AbortSignal, room: string): LockManager {
  const gone = new Promise((resolve) => closed.addEventListener('abort', resolve));
  const request = async (
    name: string,
    { signal, ...options }: LockOptions,
    callback: LockGrantedCallback<unknown>,
  ) => {
    const either = signal && { signal: AbortSignal.any([signal, closed]) };
    const held = (lock: Lock | null) => Promise.race([callback(lock), gone]);
    try {
      return await navigator.locks.request(`${name}-${room}`, { ...options, ...either }, held);
    } catch (error) {
      if (closed.aborted) return undefined;
      throw error;
    }
  };
  return { request } as unknown as LockManager;
}

let writing = 0;
/** All tabs of one room are of one origin, which no other test has. */
function openTab(room: string): Tab {
  const channel = new BroadcastChannel(room);
  channels.push(channel);
  const closing = new AbortController();
  const seen: string[] = [];
  let writes = false;
  const stop = () => {
    if (writes) writing--;
    writes = false;
  };
  const see = (what: string) => {
    if (!closing.signal.aborted) seen.push(what);
  };
  const writer = writeAlone(locksUntil(closing.signal, room), channel, {
    async begin() {
      writing++;
      writes = true;
      expect(writing).toBe(1);
      see('begin');
    },
    async end() {
      await new Promise((resolve) => setTimeout(resolve, 10));
      stop();
      see('end');
    },
    elsewhere: () => see('elsewhere'),
  });
  const close = () => {
    see('closed');
    stop();
    channel.close();
    closing.abort();
  };
  return { writer, seen, close };
}

/** The tab among them that writes. */
async function writerOf(tabs: readonly Tab[]): Promise<Tab> {
  const found = () => tabs.find(({ seen }) => seen.at(-1) === 'begin');
  await vi.waitFor(() => expect(found()).toBeDefined(), PATIENCE);
  return found() as Tab;
}

describe('writeAlone', () => {
  afterEach(() => {
    writing = 0;
  });

  it('begins in the first tab, and tells the second that another one writes', async () => {
    const first = openTab('a');
    await writerOf([first]);
    const second = openTab('a');
    await vi.waitFor(() => expect(second.seen).toEqual(['elsewhere']), PATIENCE);
    expect(first.seen).toEqual(['begin']);
  });

  it('passes from tab to tab, never written by two, and to the one that asked', async () => {
    const [first, second, third] = [openTab('b'), openTab('b'), openTab('b')];
    await vi.waitFor(() => expect(third.seen).toEqual(['elsewhere']), PATIENCE);
    third.writer.takeOver();
    await writerOf([third]);
    await vi.waitFor(() => expect(first.seen).toEqual(['begin', 'end', 'elsewhere']), PATIENCE);
    expect(second.seen).toEqual(['elsewhere']);
    first.writer.takeOver();
    await writerOf([first]);
    expect(third.seen.slice(0, 3)).toEqual(['elsewhere', 'begin', 'end']);
    expect(second.seen).toEqual(['elsewhere']);
  });

  it('goes on in those that let go or stepped back, one after the other, as tabs are closed', async () => {
    const [first, second, third] = [openTab('c'), openTab('c'), openTab('c')];
    await vi.waitFor(() => expect(third.seen).toEqual(['elsewhere']), PATIENCE);
    for (const next of [second, first, second, third]) {
      await vi.waitFor(() => expect(next.seen.at(-1)).toBe('elsewhere'), PATIENCE);
      next.writer.takeOver();
      await writerOf([next]);
    }
    third.close();
    (await writerOf([first, second])).close();
    const last = await writerOf([first, second]);
    expect(last.seen.at(-1)).toBe('begin');
  });

  it('gives each its turn where two ask at once', async () => {
    const tabs = [openTab('d'), openTab('d'), openTab('d')];
    await vi.waitFor(() => expect(tabs[2]?.seen).toEqual(['elsewhere']), PATIENCE);
    tabs[1]?.writer.takeOver();
    tabs[2]?.writer.takeOver();
    await vi.waitFor(() => expect(tabs[0]?.seen).toContain('end'), PATIENCE);
    for (const _ of tabs) (await writerOf(tabs)).close();
    expect(tabs.map(({ seen }) => seen.at(-1))).toEqual(['closed', 'closed', 'closed']);
  });
});
