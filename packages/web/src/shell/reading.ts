/** Reads what a host answers, and notices when nothing comes any more. */

/** Without a byte for so long, a connection is taken for frozen, in ms: at first, and where bytes came quickly. */
const STILL = { first: 5_000, least: 2_000 };
/** ... and where they did not, for so many times what the first of them took. */
const SLOWER = 4;

export interface ReadPorts {
  get(url: string, signal: AbortSignal): Promise<Response>;
  /** ms, never set back. */
  steady(): number;
  pause(ms: number): Promise<void>;
}

/** The host says that it does not have it. */
export class NotThere extends Error {}

/**
 * Gives what comes to `take` until its end. Calls `still` whenever nothing comes for a while, and waits on.
 * @throws NotThere; the platform's error when it breaks off
 */
export async function read(
  url: string,
  { get, steady, pause }: ReadPorts,
  on: {
    readonly signal: AbortSignal;
    readonly take: (bytes: Uint8Array) => unknown;
    readonly still: () => void;
  },
): Promise<void> {
  const began = steady();
  let heard = began;
  let patience: number = STILL.first;
  let come = false;
  let over = false;
  const watch = async () => {
    while (!over) {
      const left = heard + patience - steady();
      if (left <= 0) {
        on.still();
        heard = steady();
      } else await pause(Math.min(left, STILL.least));
    }
  };
  void watch();
  try {
    const response = await get(url, on.signal);
    if (response.status === 404) throw new NotThere();
    if (!response.ok || !response.body) throw new Error(`answered with ${response.status}`);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (!come) patience = slowness(steady() - began);
      come = true;
      heard = steady();
      on.take(value);
    }
  } finally {
    over = true;
  }
}

/** How long a line may be still whose first byte took so many ms. */
function slowness(first: number): number {
  return Math.min(STILL.first, Math.max(STILL.least, SLOWER * first));
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
