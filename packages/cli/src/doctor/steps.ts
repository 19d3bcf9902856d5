/** One look each at a host, from Node: its name, its port, TLS. Nothing of the person's is sent. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import type { Step } from '@polynya/messenger/line/diagnosis';
import { NODES_CIPHERS } from '../client/tls-hello.ts';
import { systemCode } from '../failure.ts';

/** How long a connection may take before it counts as silent, ms. */
const PATIENCE = 4_000;

/** `refused`: the resolver says that there is no such name. @param onFound told the address that it leads to */
export async function dnsStep(name: string, onFound: (address: string) => void): Promise<Step> {
  try {
    const { address } = await lookup(name, { family: 4 });
    onFound(address);
    return 'ok';
  } catch (error) {
    return systemCode(error) === 'ENOTFOUND' ? 'refused' : 'silent';
  }
}

export function tcpStep(host: string, port: number): Promise<Step> {
  const socket = connectTcp({ host, port });
  return step(socket, (done) => socket.once('connect', () => done('ok')));
}

/** How often it is seen whether bytes came, ms. */
const TICK = 100;
/** After which a handshake whose bytes still come has gone through, though it is not over, ms. */
const LONGEST = 20_000;

export interface TlsWait {
  /** For how long nothing may come before it counts as silent, ms. */
  readonly patience: number;
  /** Nobody waits for it any more: silent, as far as was seen. */
  readonly over?: AbortSignal;
  /** Called when bytes come. */
  readonly onHeard?: () => void;
}

/**
 * A slow line is no silent one: as long as bytes come they are waited for.
 * @param hello Node's own, or the one that this program offers otherwise
 */
export function tlsStep(
  host: string,
  port: number,
  hello: 'nodes' | 'ours',
  { patience, over, onHeard = () => undefined }: TlsWait,
): Promise<Step> {
  // Counted below TLS: on a slow line a record takes seconds to be whole.
  const raw = connectTcp({ host, port });
  const socket = connect({
    ...{ socket: raw, ...(hello === 'nodes' && { ciphers: NODES_CIPHERS }) },
    ...(isIP(host) === 0 && { servername: host }),
  });
  return new Promise((resolve) => {
    let [bytes, quiet, all] = [0, 0, 0];
    // By ticks, not by the clock: where this program itself stands still, nothing can have come.
    const timer = setInterval(() => {
      quiet = raw.bytesRead > bytes ? 0 : quiet + TICK;
      all += TICK;
      if (quiet === 0) onHeard();
      bytes = raw.bytesRead;
      if (quiet >= patience) done('silent');
      else if (all >= LONGEST && bytes > 0) done('ok');
    }, TICK);
    const done = (outcome: Step): void => {
      clearInterval(timer);
      over?.removeEventListener('abort', silent);
      socket.destroy();
      raw.destroy();
      resolve(outcome);
    };
    const silent = () => done('silent');
    const failed = (error: Error) => done(meaning(systemCode(error)));
    over?.addEventListener('abort', silent);
    socket.once('secureConnect', () => done('ok'));
    socket.on('error', failed);
    raw.on('error', failed);
  });
}

function step(socket: Socket, listen: (done: (step: Step) => void) => void): Promise<Step> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done('silent'), PATIENCE);
    const done = (outcome: Step): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    listen(done);
    socket.on('error', (error) => done(meaning(systemCode(error))));
  });
}

/** A certificate that does not fit is an answer all the same: what is looked at here is the line. */
function meaning(code: string | undefined): Step {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'silent';
  return /CERT|ALTNAME|SIGNATURE/.test(code ?? '') ? 'ok' : 'failed';
}
