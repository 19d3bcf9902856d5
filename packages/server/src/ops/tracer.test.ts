/** What a collector of traces is told (OTLP/HTTP, JSON). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { systemRandom } from '@polynya/reach/clock';
import type { SessionHandler } from '@polynya/reach/server/session-handler';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { asked } from '@polynya/reach/test/asked';
import { expect, test } from 'vitest';
import { id, secret } from '../test/ids.ts';
import { Tracer } from './tracer.ts';

const port = { push: () => undefined, backlog: () => 0, connected: true };
const inner: SessionHandler = {
  open: () => ({
    call: ({ op }, answered) => {
      if (op === 'read') answered(new ProtocolError('forbidden'));
      else if (op === 'watch') answered(new TypeError('a bug'));
      else answered([]);
    },
    end: () => undefined,
  }),
};
const options = { clock: systemSteadyClock, random: systemRandom };

test('of each request in so many: what it was, how it ended, how long it took, and nothing that was in it', async () => {
  const told: { headers: unknown; body: unknown }[] = [];
  const collector = createServer(async (request, response) => {
    told.push({ headers: request.headers, body: await json(request) });
    response.end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
  const tracer = new Tracer(inner, { ...options, url, oneIn: 2 });
  const session = tracer.open(port);
  const [log, key] = [id(), secret()];
  const open = { op: 'open', n: 1, log, secret: key } as const;
  await asked(session, open);
  await asked(session, open);
  await expect(asked(session, { op: 'read', n: 1, from: 1, bytes: 1 })).rejects.toThrow(
    ProtocolError,
  );
  await asked(session, open);
  await expect(asked(session, { op: 'watch', n: 1 })).rejects.toThrow('a bug');
  await tracer.flush();
  await new Promise((resolve) => collector.close(resolve));
  expect(told).toHaveLength(1);
  const span = (name: string, outcome: string) => ({
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    ...{ name, kind: 2 },
    startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
    endTimeUnixNano: expect.stringMatching(/^\d{19}$/),
    attributes: [{ key: 'polynya.outcome', value: { stringValue: outcome } }],
  });
  expect(told[0]?.body).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'polynya' } }] },
        scopeSpans: [
          {
            scope: { name: 'polynya' },
            spans: [
              span('open', 'ok'),
              span('read', 'forbidden'),
              { ...span('watch', 'bug'), status: { code: 2 } },
            ],
          },
        ],
      },
    ],
  });
  const said = JSON.stringify(told);
  for (const bytes of [log, key]) expect(said).not.toContain(Buffer.from(bytes).toString('hex'));
});

test('a collector that is away costs no request anything', async () => {
  const tracer = new Tracer(inner, { ...options, url: 'http://127.0.0.1:9/', oneIn: 1 });
  const session = tracer.open(port);
  expect(await asked(session, { op: 'unwatch', n: 1 })).toEqual([]);
  await tracer.flush();
});
