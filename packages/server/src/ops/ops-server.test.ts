import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../serve.ts';
import { entry, id, secret } from '../test/ids.ts';
import { newLogOn } from '../test/server-process.ts';
import { WireClient } from '../test/wire-client.ts';

let folder = '';
let server: RunningServer;
let ops = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-ops-'));
  server = await startServer({
    dataDir: join(folder, 'data'),
    host: '127.0.0.1',
    port: 0,
    ops: { host: '127.0.0.1', port: 0 },
    clock: systemSteadyClock,
    random: systemRandom,
    log: () => undefined,
  });
  ops = `http://127.0.0.1:${server.opsPort}`;
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const ask = async (path: string) => {
  const answer = await fetch(`${ops}${path}`);
  return { status: answer.status, body: await answer.text() };
};

/** Names of metrics and labels' values, as Prometheus reads them. */
function samplesOf(
  text: string,
): { name: string; labels: Record<string, string>; value: number }[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] =
        /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', of = '']) => [
        key,
        of,
      ]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

test('it says that it is alive and ready, and nothing else, and the site says nothing of it', async () => {
  expect(await ask('/healthz')).toEqual({ status: 200, body: 'ok\n' });
  expect(await ask('/readyz')).toEqual({ status: 200, body: 'ok\n' });
  expect((await ask('/')).status).toBe(404);
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  }
});

test('metrics count requests by kind and outcome, with no label from outside', async () => {
  const client = await WireClient.connect(server.endpoints[0] ?? '', server.identity);
  const invite = await server.invite(1, 1);
  await newLogOn(client, { invite });
  for (let i = 0; i < 3; i++) await client.ask('append', { n: 1, entries: [entry()] });
  await client.ask('open', { n: 2, log: id(), secret: secret() }).catch(() => undefined);
  const { body } = await ask('/metrics');
  client.close();
  const samples = samplesOf(body);
  const requests = samples.filter(({ name }) => name === 'polynya_requests_total');
  const count = (op: string, outcome: string) =>
    requests.find(({ labels }) => labels.op === op && labels.outcome === outcome)?.value;
  expect(count('append', 'ok')).toBe(3);
  expect(count('open', 'not-found')).toBe(1);
  expect(samples.find(({ name }) => name === 'polynya_sessions')?.value).toBe(1);
  const all = samples.find(({ name }) => name === 'polynya_request_seconds_count')?.value;
  expect(all).toBe(requests.reduce((sum, { value }) => sum + value, 0));
  for (const { name, labels, value } of samples) {
    expect(name).toMatch(/^polynya_/);
    expect(Number.isFinite(value)).toBe(true);
    for (const word of Object.values(labels)) expect(word).toMatch(/^([a-z-]{1,20}|[\d.]+|\+Inf)$/);
  }
});

test('every metric of the Grafana dashboard is there', async () => {
  const file = join(import.meta.dirname, '../../../../packaging/grafana-dashboard.json');
  const named = new Set(readFileSync(file, 'utf8').match(/polynya_[a-z_]+/g));
  expect(named.size).toBeGreaterThan(10);
  const { body } = await ask('/metrics');
  for (const name of named) expect(body).toContain(`${name.replace(/_bucket$/, '')}`);
});
