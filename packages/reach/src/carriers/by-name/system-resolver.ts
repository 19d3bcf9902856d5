/**
 * The system's resolver (getaddrinfo(3)), asked a few names at a time: each question holds one of the process's few threads
 * for as long as nobody answers, and cannot be called off.
 */
import { lookup } from 'node:dns/promises';

/** All addresses of a name. Rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Of the four threads that Node has (count). */
const AT_A_TIME = 2;

/** @param ask instead of the system */
export function systemResolver(ask: Resolve = systemAddresses): Resolve {
  const underWay = new Map<string, Promise<readonly string[]>>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  const inTurn = async (host: string): Promise<readonly string[]> => {
    if (busy >= AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve));
    busy++;
    try {
      return await ask(host);
    } finally {
      busy--;
      underWay.delete(host);
      waiting.shift()?.();
    }
  };
  return (host) => {
    const asked = underWay.get(host) ?? inTurn(host);
    underWay.set(host, asked);
    return asked;
  };
}

async function systemAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
