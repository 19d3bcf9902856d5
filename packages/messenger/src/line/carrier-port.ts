/** A carrier at the other end of a MessagePort (HTML section 9.4): a worker has no WebRTC, and the page's is lent to it. */
import type { Carrier, CarrierEnd, Meet } from '@polynya/reach/carriers/carrier';

type Tell =
  | { readonly tell: 'open' }
  | { readonly tell: 'envelope'; readonly envelope: Uint8Array }
  /** Bytes that have left, of those that were sent. */
  | { readonly tell: 'left'; readonly bytes: number }
  | { readonly tell: 'end'; readonly reason: CarrierEnd }
  /** For a volunteer: the answer comes by `answer`. */
  | { readonly tell: 'offer'; readonly offer: Uint8Array };

type Ask =
  | { readonly ask: 'send'; readonly envelope: Uint8Array }
  | { readonly ask: 'answer'; readonly answer: Uint8Array }
  | { readonly ask: 'close' };

/** How often what waits to leave is looked at while there is some, in ms. */
const LOOK = 50;

/** Opens a carrier and serves it at `port` until it, or who is there, ends. Who is there meets volunteers for it. */
export async function serveCarrier(
  open: (signal: AbortSignal, meet: Meet) => Promise<Carrier>,
  port: MessagePort,
): Promise<void> {
  const tell = (message: Tell): void => port.postMessage(message);
  const given = new AbortController();
  let carrier: Carrier | undefined;
  let answered: (answer: Uint8Array) => void = () => undefined;
  const meet: Meet = (offer) => {
    tell({ tell: 'offer', offer });
    return new Promise((resolve) => {
      answered = resolve;
    });
  };
  let held = 0;
  let looking: ReturnType<typeof setInterval> | undefined;
  const look = (): void => {
    const left = held - (carrier?.backlog() ?? 0);
    if (left > 0) tell({ tell: 'left', bytes: left });
    held -= Math.max(0, left);
    if (held > 0) return;
    clearInterval(looking);
    looking = undefined;
  };
  const end = (): void => {
    clearInterval(looking);
    given.abort();
    carrier?.close();
    port.close();
  };
  port.onmessage = ({ data }: MessageEvent<Ask>) => {
    if (data.ask === 'close') return void end();
    if (data.ask === 'answer') return answered(data.answer);
    carrier?.send(data.envelope);
    held += data.envelope.length;
    look();
    if (held > 0) looking ??= setInterval(look, LOOK);
  };
  try {
    carrier = await open(given.signal, meet);
  } catch {
    // Why it did not open changes nothing for the race.
    tell({ tell: 'end', reason: 'lost' });
    return end();
  }
  if (given.signal.aborted) return carrier.close();
  carrier.onEnvelope = (envelope) => tell({ tell: 'envelope', envelope });
  carrier.onClose = (reason) => {
    tell({ tell: 'end', reason });
    end();
  };
  tell({ tell: 'open' });
}

/**
 * The carrier that `serveCarrier` serves. Rejects when it does not open, or with the signal's reason.
 * @param meet for one that goes to a volunteer
 */
export function connectCarrier(
  kind: string,
  port: MessagePort,
  signal: AbortSignal,
  meet: Meet = () => Promise.reject(new Error('nobody to meet')),
): Promise<Carrier> {
  return new Promise((resolve, reject) => {
    const ask = (message: Ask): void => port.postMessage(message);
    let backlog = 0;
    const carrier: Carrier = {
      kind,
      // As the page's own carrier has it, which is not here.
      polls: kind === 'volunteer',
      send: (envelope) => {
        backlog += envelope.length;
        ask({ ask: 'send', envelope });
      },
      backlog: () => backlog,
      onEnvelope: () => undefined,
      onClose: () => undefined,
      close: () => {
        ask({ ask: 'close' });
        port.close();
      },
    };
    const abort = (): void => {
      carrier.close();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    port.onmessage = ({ data }: MessageEvent<Tell>) => {
      if (data.tell === 'envelope') carrier.onEnvelope(data.envelope);
      else if (data.tell === 'left') backlog -= data.bytes;
      else if (data.tell === 'offer') {
        meet(data.offer).then(
          (answer) => ask({ ask: 'answer', answer }),
          (error: unknown) => {
            carrier.close();
            reject(error);
          },
        );
      } else {
        signal.removeEventListener('abort', abort);
        if (data.tell === 'open') return resolve(carrier);
        port.close();
        reject(new Error(data.reason));
        carrier.onClose(data.reason);
      }
    };
  });
}
