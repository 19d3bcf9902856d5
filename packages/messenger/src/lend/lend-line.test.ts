/** A volunteer between a real server and somebody who has nothing but it; how the two find each other by WebRTC: packages/reach/e2e. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeInvite, type Invite, inviteLink } from '@polynya/protocol/invite-link';
import { encodeMeeting } from '@polynya/protocol/meeting';
import type { Carrier } from '@polynya/reach/carriers/carrier';
import { VOLUNTEER } from '@polynya/reach/carriers/volunteer/asker';
import { type Channel, ChannelCarrier } from '@polynya/reach/carriers/webrtc-direct/channel';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { Connection } from '@polynya/reach/client/client';
import { systemClock, systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { type RunningServer, startServer } from '@polynya/server/serve';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Lent, lendLine } from './lend-line.ts';

let folder = '';
let server: RunningServer;
let invite = '';
const ends: (() => void)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-lend-'));
  server = await startServer({
    ...{ dataDir: folder, host: '127.0.0.1', port: 0, clock: systemSteadyClock },
    ...{ random: systemRandom, log: () => undefined },
  });
  const { identity, endpoints } = server;
  const secret = await server.invite(9, 1);
  const about: Invite = { kind: 'server', identity, endpoints: [...endpoints], secret };
  invite = inviteLink('http://127.0.0.1/', about).split('#')[1] ?? '';
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** What leads to the server by POST, and by nothing else. */
async function postsAlone(to: string): Promise<string> {
  const front = createServer((asked, answer) => {
    const { method, headers } = asked;
    const handedOn = request(to, { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    handedOn.on('error', () => answer.destroy());
    asked.pipe(handedOn);
  });
  front.on('upgrade', (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  ends.push(
    () => front.closeAllConnections(),
    () => front.close(),
  );
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}/s`;
}

/** Two ends of a line in memory. */
function pair(): [ChannelCarrier, ChannelCarrier] {
  const make = (): Channel => ({
    send: () => undefined,
    buffered: () => 0,
    close: () => undefined,
    onMessage: () => undefined,
    onDrained: () => undefined,
    onClose: () => undefined,
  });
  const [a, b] = [make(), make()];
  for (const [here, there] of [
    [a, b],
    [b, a],
  ] as const) {
    here.send = (message) => queueMicrotask(() => there.onMessage(message));
    here.close = () => queueMicrotask(() => there.onClose('refused'));
  }
  return [new ChannelCarrier(a, VOLUNTEER), new ChannelCarrier(b, VOLUNTEER)];
}

/** A carrier that was met, tried out and used again: what was tried out is closed. */
function held(met: Carrier): Carrier {
  const { kind, polls } = met;
  const one: Carrier = {
    ...{ kind, polls, onEnvelope: () => undefined, onClose: () => undefined },
    ...{ send: (envelope) => met.send(envelope), backlog: () => met.backlog() },
    close: () => undefined,
  };
  met.onEnvelope = (envelope) => one.onEnvelope(envelope);
  met.onClose = (reason) => one.onClose(reason);
  return one;
}

/** A client of the server; `carrier` is all that it has, or else WebSockets. */
function client(carrier?: Carrier, onOffer?: () => void): Connection {
  const { identity } = server;
  const endpoints = carrier ? ['https://nowhere.example/s'] : server.endpoints;
  const once = { kind: VOLUNTEER, open: async () => held(carrier as Carrier) };
  const connection = new Connection({
    ...{ address: { identity, endpoints }, carriers: [carrier ? once : webSocketCarrier] },
    ...{ clock: systemClock, random: systemRandom },
    ...(onOffer && { onOffer }),
  });
  ends.push(() => connection.close());
  return connection;
}

const offer = encodeMeeting({
  ...{ ufrag: 'abcd', password: 'abcdabcdabcdabcdabcdab', fingerprint: new Uint8Array(32) },
  candidates: [],
});

const secretOf = (text: string): Uint8Array => {
  const link = decodeInvite(text);
  return link.kind === 'server' ? link.secret : new Uint8Array(0);
};

test('an offer is answered, and who made it reaches the server by the volunteer, who counts and can stop', async () => {
  const [near, far] = pair();
  let lent: Lent | undefined;
  const stop = lendLine({
    invite,
    allowance: systemRandom(32),
    told: (now) => {
      lent = now;
    },
    take: async (offer) => ({
      answer: Uint8Array.of(...offer, 9),
      carrier: Promise.resolve(far),
    }),
  });
  ends.push(stop);
  await expect.poll(() => lent?.phase, { timeout: 60_000 }).toBe('ready');
  const asker = client();
  const allowance = systemRandom(32);
  await asker.call({ op: 'admit', invite: secretOf(invite), allowance });
  const { answer } = await asker.call({ op: 'meet', allowance, offer });
  expect(answer).toEqual(Uint8Array.of(...offer, 9));
  expect(lent).toMatchObject({ guests: 0, served: 0 });
  const helped = client(near);
  expect((await helped.call({ op: 'allowance', allowance })).logs).toBeGreaterThan(0);
  expect(lent).toMatchObject({ phase: 'ready', guests: 1, served: 1 });
  expect(lent?.bytes).toBeGreaterThan(1_000);
  stop();
  expect(lent?.phase).toBe('stopped');
  await expect.poll(() => lent?.guests, { timeout: 60_000 }).toBe(0);
  await expect(asker.call({ op: 'meet', allowance, offer }, { patience: 0 })).rejects.toMatchObject(
    { code: 'busy' },
  );
});

test('a volunteer whose own line is POST alone is met, helps, and hands down what the server says unasked', async () => {
  const [near, far] = pair();
  const endpoint = await postsAlone(server.endpoints[0] ?? '');
  const slow = { ...decodeInvite(invite), endpoints: [endpoint] } as Invite;
  let lent: Lent | undefined;
  const stop = lendLine({
    invite: inviteLink('http://127.0.0.1/', slow).split('#')[1] ?? '',
    allowance: systemRandom(32),
    told: (now) => {
      lent = now;
    },
    take: async () => ({ answer: Uint8Array.of(1, 2), carrier: Promise.resolve(far) }),
  });
  ends.push(stop);
  await expect.poll(() => lent?.phase, { timeout: 60_000 }).toBe('ready');
  const asker = client();
  const [first, second] = [systemRandom(32), systemRandom(32)];
  for (const allowance of [first, second]) {
    await asker.call({ op: 'admit', invite: secretOf(invite), allowance });
  }
  // Nothing that the volunteer asks brings the offer down: it is quiet by then.
  const { answer } = await asker.call({ op: 'meet', allowance: first, offer }, { patience: 0 });
  expect(answer).toEqual(Uint8Array.of(1, 2));
  let offered = 0;
  const helped = client(near, () => {
    offered++;
  });
  expect((await helped.call({ op: 'allowance', allowance: first })).logs).toBeGreaterThan(0);
  expect(lent).toMatchObject({ guests: 1, served: 1 });
  // Of two who lend, one is drawn: the other is gone, so that it is who is helped.
  await helped.call({ op: 'lend', allowance: first, places: 1 });
  for (let asked = 0; asked < 4 && offered === 0; asked++) {
    void asker
      .call({ op: 'meet', allowance: second, offer }, { patience: 0 })
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await expect.poll(() => offered, { timeout: 10_000 }).toBeGreaterThan(0);
});

test('by POST few are taken in at a time: a request of each lingers, and a browser makes few connections to a host', async () => {
  const front = await postsAlone(server.endpoints[0] ?? '');
  // As of what passes for a web site: it stays there.
  const endpoint = front.replace(/\/s$/, '/abcdefghijklmnopqrstuv/s');
  const slow = { ...decodeInvite(invite), endpoints: [endpoint] } as Invite;
  const lines = Array.from({ length: 3 }, pair);
  const left = lines.map(([, far]) => far);
  let lent: Lent | undefined;
  const stop = lendLine({
    invite: inviteLink('http://127.0.0.1/', slow).split('#')[1] ?? '',
    allowance: systemRandom(32),
    told: (now) => {
      lent = now;
    },
    take: async () => ({
      answer: Uint8Array.of(1, 2),
      carrier: Promise.resolve(left.shift() as ChannelCarrier),
    }),
  });
  ends.push(stop);
  await expect.poll(() => lent?.phase, { timeout: 60_000 }).toBe('ready');
  const asker = client();
  for (const [index, [near]] of lines.entries()) {
    const allowance = systemRandom(32);
    await asker.call({ op: 'admit', invite: secretOf(invite), allowance });
    const met = asker.call({ op: 'meet', allowance, offer }, { patience: 0 });
    if (index === 2) {
      await expect(met).rejects.toMatchObject({ code: 'busy' });
      break;
    }
    await met;
    // Its line stands a little later, as WebRTC's do.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await client(near).call({ op: 'allowance', allowance });
    await expect.poll(() => lent?.phase).toBe('ready');
  }
  expect(lent?.guests).toBe(2);
});

test('a link that is no good any more is told as such, and one that is none at all throws', async () => {
  const spent = { ...decodeInvite(invite), secret: systemRandom(32) };
  const broken = inviteLink('http://127.0.0.1/', spent).split('#')[1] ?? '';
  let lent: Lent | undefined;
  const told = (now: Lent) => {
    lent = now;
  };
  ends.push(lendLine({ invite: broken, allowance: systemRandom(32), told }));
  await expect.poll(() => lent?.phase, { timeout: 60_000 }).toBe('refused');
  expect(() => lendLine({ invite: 'nonsense', allowance: systemRandom(32), told })).toThrow();
});

test('offers that nobody comes by take no place, and those that are none are refused at once', async () => {
  let lent: Lent | undefined;
  const offers: Uint8Array[] = [];
  const stop = lendLine({
    invite,
    allowance: systemRandom(32),
    told: (now) => {
      lent = now;
    },
    take: async (offered) => {
      offers.push(offered);
      if (offers.length === 1) throw new Error('no such description');
      return { answer: Uint8Array.of(1, 2), carrier: new Promise(() => undefined) };
    },
  });
  ends.push(stop);
  await expect.poll(() => lent?.phase, { timeout: 60_000 }).toBe('ready');
  const allowances = [systemRandom(32), systemRandom(32)];
  const asker = client();
  for (const allowance of allowances) {
    await asker.call({ op: 'admit', invite: secretOf(invite), allowance });
  }
  const meet = (allowance = systemRandom(32)) =>
    asker.call({ op: 'meet', allowance, offer }, { patience: 0 });
  await expect(meet(allowances[0])).rejects.toMatchObject({ code: 'busy' });
  for (let each = 0; each < 4; each++) {
    expect((await meet(allowances[each % 2])).answer).toEqual(Uint8Array.of(1, 2));
  }
  expect(lent).toMatchObject({ phase: 'ready', guests: 0, served: 0 });
  // No more under way at a time than that.
  await expect(meet(allowances[1])).rejects.toMatchObject({ code: 'busy' });
  expect(offers.length).toBe(5);
});
