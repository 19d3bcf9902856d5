/** The end of a server that is asked to stop: what was asked before is answered, and nobody waits for ever. */
import type { Request } from '@polynya/protocol/requests';
import { systemRandom } from '@polynya/reach/clock';
import { ServerSessions } from '@polynya/reach/server/server-sessions';
import type { Outcome } from '@polynya/reach/server/session-handler';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterEach, expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { Meter } from '../ops/meter.ts';
import { secret } from '../test/ids.ts';
import { Lost, WireClient } from '../test/wire-client.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { WebFiles } from './web-files.ts';

let http: HttpServer | undefined;
afterEach(() => http?.close());

/** A server that answers `unwatch` when it is told to, with what stands between it and its clients. */
async function slowServer(drainMs: number) {
  const answer = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const call = (_: Request, answered: (outcome: Outcome) => void): void => {
    asked.resolve();
    void answer.promise.then(() => answered([]));
  };
  const handler = new Meter({ open: () => ({ call, end: () => undefined }) }, () => 0);
  let sessions: ServerSessions | undefined;
  http = await startHttpServer({
    ...{ host: '127.0.0.1', port: 0, files: new WebFiles(), report: () => undefined },
    limits: parseConfig({ http: { drainMs } }).http,
    idle: () => handler.idle(),
    sessions: async (port) => {
      sessions = new ServerSessions({
        ...{ identity: secret(), handleKey: secret(), lastSerial: 0, saveSerial: () => undefined },
        ...{ endpoints: [`http://127.0.0.1:${port}/s`], build: '', handler },
        ...{ clock: systemSteadyClock, random: systemRandom },
      });
      await sessions.start();
      return sessions;
    },
  });
  const endpoint = `http://127.0.0.1:${http.port}/s`;
  const client = await WireClient.connect(endpoint, http.sessions.identity());
  return { client, asked: asked.promise, answer: answer.resolve, http };
}

test('a request that is under way is answered before the line ends', async () => {
  const { client, asked, answer, http } = await slowServer(60_000);
  const asking = client.ask('unwatch', { n: 1 });
  await asked;
  const closing = http.close();
  answer();
  await asking;
  await closing;
  await expect(client.ask('unwatch', { n: 1 })).rejects.toBeInstanceOf(Lost);
});

test('one that is never answered holds the end up only as long as the settings say', async () => {
  const { client, asked, http } = await slowServer(20);
  const asking = client.ask('unwatch', { n: 1 }).catch((error: unknown) => error);
  await asked;
  await http.close();
  expect(await asking).toBeInstanceOf(Lost);
});
