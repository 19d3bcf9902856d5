/** For tests of server sessions: a server over toy logs in virtual time, and what it sends to one connection. */
import type { Call, Item } from '@polynya/protocol/requests';
import { ClientSession } from '../client/client-session.ts';
import { systemRandom } from '../clock.ts';
import { openAccessRecord } from '../seal/access-record-signing.ts';
import type { ServerSessions } from '../server/server-sessions.ts';
import { Sink } from '../server/sink.ts';
import { startSessions } from './loopback.ts';
import { ToyLogs } from './toy-log.ts';
import { VirtualTime } from './virtual-time.ts';

export const LOG = new Uint8Array(16).fill(1);

/** Keeps what is sent to it. */
export function newSink(out: Uint8Array[], standing = true): Sink {
  return new Sink({ standing, backlog: () => 0, send: (envelope) => out.push(envelope) });
}

export class SessionStand {
  readonly time = new VirtualTime();
  readonly logs = new ToyLogs();
  /** Envelopes that `sink` was given. */
  readonly sent: Uint8Array[] = [];
  sink = newSink(this.sent);
  server!: ServerSessions;

  static async start(): Promise<SessionStand> {
    const stand = new SessionStand();
    stand.server = await startSessions(stand.logs, { clock: stand.time });
    return stand;
  }

  async serverKey(): Promise<Uint8Array> {
    const body = await openAccessRecord(this.server.record(), this.server.identity());
    return body.keys[0]?.key ?? new Uint8Array(0);
  }

  async begin(calls: Call[] = [], versions = [1]) {
    const options = {
      identity: this.server.identity(),
      serverKey: await this.serverKey(),
      random: systemRandom,
    };
    return ClientSession.begin({ ...options, versions, calls });
  }

  /** An established session, its first handle, and what opens its envelopes. */
  async establish(calls: Call[] = []) {
    const { session, firstFlight: flight } = await this.begin(calls);
    await this.server.receive(flight, this.sink);
    const reply = await session.openFirstReply(this.sent.shift() ?? new Uint8Array(0));
    if (!reply) throw new Error('no first reply');
    const handle = session.takeHandle() ?? new Uint8Array(0);
    return { session, handle, reply, flight };
  }

  async ask(session: ClientSession, handle: Uint8Array, calls: Call[]): Promise<Item[]> {
    await this.server.receive(await session.seal(handle, calls), this.sink);
    const opened = await Promise.all(this.sent.splice(0).map((envelope) => session.open(envelope)));
    return opened.flatMap((items) => items ?? []);
  }
}

export const openLog = (id: number): Call => ({
  id,
  request: { op: 'open', n: 1, log: LOG, secret: new Uint8Array(32).fill(2) },
});
