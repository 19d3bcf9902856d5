/** Asks the hosts of the page which release there is. Any link names hosts: only the page's own may bring bad news. */
import { opened, type SignedRelease } from './release.ts';
import type { Turns } from './turns.ts';

/** Before another host is asked as well, ms. */
const STAGGER = 4_000;

export interface NewestPorts {
  get(url: string, signal: AbortSignal): Promise<Response>;
  pause(ms: number): Promise<void>;
  readonly turns: Turns;
}

/**
 * From whichever host answers first; each is asked a little after the one before. Another host than the page's own
 * counts only with a newer release that is signed by `pinned`: neither an old one nor another's key comes from there.
 * @param bases the page's own first
 * @throws AggregateError when none answered
 */
export function newest(
  bases: readonly string[],
  { pinned, serial }: { readonly pinned: string; readonly serial: number },
  { get, pause, turns }: NewestPorts,
): Promise<SignedRelease> {
  const over = new AbortController();
  const ask = async (base: string) => {
    const { host } = new URL(base);
    const wait = () => turns.wait(host, bases.length === 1);
    for (let ms = wait(); ms > 0; ms = wait()) await pause(ms);
    over.signal.throwIfAborted();
    turns.take(host);
    const answer = await get(`${base}release.json`, over.signal);
    if (!answer.ok) throw new Error(`answered with ${answer.status}`);
    const signed = (await answer.json()) as SignedRelease;
    const other = base !== bases[0] && (await opened(signed, pinned, serial + 1));
    if (typeof other === 'string') throw new Error(other);
    return signed;
  };
  // The page's own host last: it has been asked for most.
  const asked = [...bases.slice(1), ...bases.slice(0, 1)].map(async (base, index) => {
    if (index > 0) await pause(index * STAGGER);
    return ask(base);
  });
  return Promise.any(asked).finally(() => over.abort());
}
