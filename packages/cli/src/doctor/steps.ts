/** One look each at a host, from Node: its name, its port, TLS. Nothing of the person's is sent. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import type { Step } from '@polynya/messenger/line/diagnosis';
import { NODES_CIPHERS } from '../client/tls-hello.ts';
import { systemCode } from '../failure.ts';

/** How long a step may take before it counts as silent, ms. */
const PATIENCE = 4_000;

/** `refused`: the resolver says that there is no such name. */
export async function dnsStep(name: string): Promise<Step> {
  try {
    await lookup(name, { family: 4 });
    return 'ok';
  } catch (error) {
    return systemCode(error) === 'ENOTFOUND' ? 'refused' : 'silent';
  }
}

export function tcpStep(host: string, port: number): Promise<Step> {
  const socket = connectTcp({ host, port });
  return step(socket, (done) => socket.once('connect', () => done('ok')));
}

/** @param hello Node's own, or the one that this program offers otherwise */
export function tlsStep(host: string, port: number, hello: 'nodes' | 'ours'): Promise<Step> {
  const socket = connect({
    ...{ host, port, ...(hello === 'nodes' && { ciphers: NODES_CIPHERS }) },
    ...(isIP(host) === 0 && { servername: host }),
  });
  return step(socket, (done) => socket.once('secureConnect', () => done('ok')));
}

/** A certificate that does not fit is an answer all the same: what is looked at here is the line. */
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

function meaning(code: string | undefined): Step {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'silent';
  return /CERT|ALTNAME|SIGNATURE/.test(code ?? '') ? 'ok' : 'failed';
}
