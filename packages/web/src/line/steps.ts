/**
 * What a page may try of a line, one step each. A browser tells no page why a connection failed, but it tells at once
 * that it did, looks names up for WebRTC and says when there are none, and makes a connection of its own for each
 * WebSocket.
 */
import type { Notes, Step } from '@polynya/messenger/line/diagnosis';

/** How long a step may take, in ms. */
export const PATIENCE = 6_000;
/** A port at which nobody listens, and to which browsers connect (Fetch section 2.9 has those to which they do not). */
const NOBODY = 10;
/** Where STUN is answered, if anywhere (RFC 8489 section 18.6). */
const STUN = 3_478;

export interface Steps {
  /** `failed`: at once, for whatever reason. @param apart by a connection that nothing else has used */
  fetch(url: string, apart?: boolean): Promise<Step>;
  /** A connection of its own, kept until `over`. */
  socket(url: string, over: AbortSignal): Promise<Step>;
  /** Asks a STUN server; `refused`: its name is not known. Null where the browser cannot ask. */
  stun(url: string): Promise<Step | null>;
}

/** Steps, and the notes of them. */
export interface Noted {
  readonly steps: Steps;
  readonly notes: Notes;
}

/** Whether packets come back from a host whose port for the web is silent: something says no at another one. */
export function otherPort({ steps, notes }: Noted, host: string): Promise<Step> {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const asked = steps.fetch(`https://${bracketed}:${NOBODY}/`);
  const step = asked.then((step) => (step === 'silent' ? 'silent' : 'refused'));
  return notes.take('tcp', host, NOBODY, step);
}

/** Whether a name is known: there need be no STUN server. Null where that cannot be learned. */
export function nameStep({ steps, notes }: Noted, name: string): Promise<Step | null> {
  const asked = steps.stun(`stun:${name}:${STUN}`);
  const known = asked.then((step) => (step === 'refused' || step === null ? step : 'ok'));
  return notes.take('dns', name, 0, known);
}

export const browserSteps: Steps = { fetch: fetched, socket: connected, stun: stunned };

async function fetched(url: string, apart = false): Promise<Step> {
  const patience = AbortSignal.timeout(PATIENCE);
  // What may bear cookies shares no connection with what may not (Fetch section 2.6); there are none.
  const credentials = apart ? 'include' : 'omit';
  try {
    await fetch(url, {
      ...{ method: 'HEAD', mode: 'no-cors', cache: 'no-store', credentials },
      signal: patience,
    });
    return 'ok';
  } catch {
    return patience.aborted ? 'silent' : 'failed';
  }
}

function connected(url: string, over: AbortSignal): Promise<Step> {
  return within((done) => {
    const socket = new WebSocket(url);
    socket.onopen = () => done('ok');
    // Whatever said no: something came back.
    socket.onerror = () => done('failed');
    over.addEventListener('abort', () => socket.close());
  });
}

async function stunned(url: string): Promise<Step | null> {
  if (!globalThis.RTCPeerConnection) return null;
  const connection = new RTCPeerConnection({ iceServers: [{ urls: url }] });
  const step = await within((done) => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.type === 'srflx') done('ok');
    };
    connection.onicecandidateerror = ({ errorText, address }) => {
      // From an address of IPv6 no name is found that has none of those: it says nothing of the others.
      if (/lookup/i.test(errorText) && !address?.includes(':')) done('refused');
    };
    // An address that is this device's own is no candidate of its own.
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === 'complete') done('ok');
    };
    connection.createDataChannel('');
    connection.setLocalDescription().catch(() => done('failed'));
  });
  connection.close();
  return step === 'failed' ? null : step;
}

function within(begin: (done: (step: Step) => void) => void): Promise<Step> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('silent'), PATIENCE);
    begin(resolve);
  });
}
