/**
 * What watches a server from beside it: `/healthz` (the process answers), `/readyz` (it takes requests, and
 * its storage answers) and `/metrics`. A port of its own, which is not for the network.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HostDesk } from '../host/host-desk.ts';
import type { Meter } from './meter.ts';
import { CONTENT_TYPE, metricsText } from './metrics-text.ts';

/** Until the storage has to have answered, in ms. */
const PATIENCE = 5_000;

export interface OpsOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly desk: HostDesk;
  readonly meter: Meter;
  /** Lines of the server's own log so far, by event. */
  readonly events: ReadonlyMap<string, number>;
  /** Why no requests are taken; undefined while they are. */
  readonly notReady: () => string | undefined;
}

export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens. Rejects with the platform's error when it cannot. */
export async function startOps(options: OpsOptions): Promise<OpsServer> {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const answers: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
    '/healthz': (response) => say(response, 200, 'ok\n'),
    '/readyz': async (response) => {
      const why = options.notReady() ?? (await storageFault(options.desk));
      say(response, why === undefined ? 200 : 503, `${why ?? 'ok'}\n`);
    },
    '/metrics': async (response) => {
      const { desk, meter, events } = options;
      const { user, system } = process.cpuUsage();
      const text = metricsText({
        ...{ status: await desk.status(), meter, events },
        loopDelay: delay.max / 1e9,
        cpuSeconds: (user + system) / 1e6,
      });
      delay.reset();
      say(response, 200, text, CONTENT_TYPE);
    },
  };
  const server = createServer(async (request, response) => {
    const answer = answers[request.url ?? ''];
    try {
      if (answer) await answer(response);
      else say(response, 404, 'Not found\n');
    } catch {
      // A storage that does not answer, which the server's own log tells.
      say(response, 503, 'the storage does not answer\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      delay.disable();
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

async function storageFault(desk: HostDesk): Promise<string | undefined> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('the storage does not answer'), PATIENCE).unref();
  });
  const answered = desk.status().then(
    () => undefined,
    () => 'the storage does not answer',
  );
  return Promise.race([answered, late]);
}

function say(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
