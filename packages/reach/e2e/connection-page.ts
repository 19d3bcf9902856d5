/** The page of `connection.test.ts`: connections to a server, handed to the test by name. */
import { decodeInvite } from '@polynya/protocol/invite-link';
import type { CarrierFactory } from '../src/carriers/carrier.ts';
import { postCarrier } from '../src/carriers/post/client.ts';
import { pageVolunteerCarrier } from '../src/carriers/volunteer/asker.ts';
import { pageDirectCarrier } from '../src/carriers/webrtc-direct/page-client.ts';
import { webSocketCarrier } from '../src/carriers/websocket/client.ts';
import { Connection } from '../src/client/client.ts';
import type { LogHandle } from '../src/client/log-handle.ts';
import { systemClock, systemRandom } from '../src/clock.ts';

const CARRIERS = {
  websocket: webSocketCarrier,
  post: postCarrier,
  'webrtc-direct': pageDirectCarrier,
  /** As sips are, without their slowness. */
  poor: { ...postCarrier, last: true },
  volunteer: pageVolunteerCarrier,
} satisfies Record<string, CarrierFactory>;
export type CarrierKind = keyof typeof CARRIERS;

/** One member: a connection, the log that it watches, and what it was told. */
class Member {
  readonly connection: Connection;
  /** The first byte of each entry, and of each signal, in the order in which they came. */
  readonly seen: number[] = [];
  readonly signals: number[] = [];
  /** Carriers in the order in which they were opened. */
  readonly opened: string[] = [];
  sessions = 0;
  allowance = new Uint8Array(32);
  #log: LogHandle | undefined;

  constructor(link: string, kinds: readonly CarrierKind[]) {
    const { identity, endpoints } = decodeInvite(link);
    const carriers = kinds.map((kind) => ({
      ...this.#noting(CARRIERS[kind]),
      open: async (endpoint: string, signal: AbortSignal) => {
        const carrier = await CARRIERS[kind].open(endpoint, signal);
        this.opened.push(kind);
        return carrier;
      },
    }));
    const address = { identity, endpoints };
    const ports = { clock: systemClock, random: systemRandom };
    const meet = async (offer: Uint8Array) => {
      const request = { op: 'meet', allowance: this.allowance, offer } as const;
      return (await this.connection.call(request, { patience: 0 })).answer;
    };
    this.connection = new Connection({ address, carriers, meet, ...ports });
    this.connection.onHello(() => this.sessions++);
    addEventListener('online', () => this.connection.kick());
  }

  /** By whatever they are met, volunteers' carriers are noted as all others are. */
  #noting(factory: CarrierFactory): CarrierFactory {
    const { meets } = factory;
    if (!meets) return factory;
    return {
      ...factory,
      meets: async (...by) => {
        const carrier = await meets(...by);
        this.opened.push(factory.kind);
        return carrier;
      },
    };
  }

  watch(id: Uint8Array, secret: Uint8Array): void {
    this.#log = this.connection.log(id, secret);
    const signal = (body: Uint8Array) => void this.signals.push(body[0] ?? -1);
    const entries = (some: readonly { body: Uint8Array }[]) =>
      void this.seen.push(...some.map(({ body }) => body[0] ?? -1));
    this.#log.watch({ entries, signal }, 1);
  }

  async append(value: number): Promise<void> {
    await this.#log?.append([{ id: systemRandom(16), epoch: 0, body: Uint8Array.of(value) }]);
  }

  async signal(value: number): Promise<void> {
    await this.#log?.signal(Uint8Array.of(value));
  }
}

let members: Member[] = [];

const page = {
  /** Two members who watch one new log: the first by these carriers, the second by WebSocket. */
  async meet(link: string, kinds: readonly CarrierKind[]): Promise<void> {
    const [id, secret, allowance] = [systemRandom(16), systemRandom(32), systemRandom(32)];
    members = [new Member(link, kinds), new Member(link, ['websocket'])];
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(secret)));
    const connection = page.member(0).connection;
    const invite = decodeInvite(link);
    if (invite.kind !== 'server') throw new Error('an invite to the server was expected');
    page.member(0).allowance = new Uint8Array(allowance);
    await connection.call({ op: 'admit', invite: invite.secret, allowance });
    await connection.call({ op: 'create', log: id, kind: 0, hash, allowance });
    for (const member of members) member.watch(id, secret);
  },
  member(at: number): Member {
    const member = members[at];
    if (!member) throw new Error(`no member ${at}`);
    return member;
  },
  part(): void {
    for (const { connection } of members) connection.close();
  },
};

export type ConnectionPage = typeof page;
declare global {
  var connectionPage: ConnectionPage;
}
globalThis.connectionPage = page;
