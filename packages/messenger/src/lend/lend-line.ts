/**
 * A volunteer: a page whose line leads people to a server that they cannot reach (docs/protocol.md section 4). It
 * hands on envelopes that it cannot open, keeps nothing, and has bounds.
 */
import { decodeInvite } from '@polynya/protocol/invite-link';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import {
  type Carrier,
  type CarrierFactory,
  isPlain,
  stunAmong,
} from '@polynya/reach/carriers/carrier';
import { postCarrier } from '@polynya/reach/carriers/post/client';
import { type Guest, joinCarriers, takeOffer } from '@polynya/reach/carriers/volunteer/lender';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { Connection } from '@polynya/reach/client/client';
import { systemClock, systemRandom } from '@polynya/reach/clock';

/** By which a page reaches its server, the better one first. */
const CARRIERS: readonly CarrierFactory[] = [webSocketCarrier, postCarrier];
/** People at a time (count). */
const PLACES = 4;
/** ... by POST: a request of each lingers on a connection of its own, and a browser makes six to a host in all. */
const PLACES_BY_POST = 2;
/** Offers under way (count): whoever made them has no place before the server answered them. */
const MEETING = 4;
/** Within this, by who has come, in ms. */
const ANSWERED_WITHIN = 30_000;
/** Says no to an offer. */
const NO = new Uint8Array(1);
/** Bytes for one of them, and for all while the page is open: then it stops by itself. */
const EACH = 200_000_000;
export const LENT_AT_MOST = 1_000_000_000;
/** How often the server hears that this volunteer is still there, in ms: sooner than a silent line is cut off. */
const STILL_HERE = 25_000;
const OPENS_WITHIN = 20_000;
const ID = 16;

/** `refused`: the link is no good any more. `full`: as much was carried as was said. */
export type LendPhase = 'connecting' | 'ready' | 'refused' | 'full' | 'stopped';

export interface Lent {
  readonly phase: LendPhase;
  /** People who use the line now, and who did (count). */
  readonly guests: number;
  readonly served: number;
  /** Of sealed envelopes, both ways. */
  readonly bytes: number;
}

export interface LendOptions {
  /** What follows the `#lend.` of the link: an invite to the server. */
  readonly invite: string;
  /** 32 bytes by which the server knows this volunteer; the same over reloads, or each spends a use of the invite. */
  readonly allowance: Uint8Array;
  /** Told of every change, the first at once. */
  readonly told: (lent: Lent) => void;
  /** Takes people in, where the platform is not a page. */
  readonly take?: (offer: Uint8Array, stun: readonly string[]) => Promise<Guest>;
}

/** Lends the line until what is returned is called. Throws ProtocolError for what is no invite to a server. */
export function lendLine({ invite, allowance, told, take = takeOffer }: LendOptions): () => void {
  const link = decodeInvite(invite);
  if (link.kind !== 'server') throw new ProtocolError('malformed', 'not an invite to a server');
  const { identity, endpoints, secret } = link;
  let lent: Lent = { phase: 'connecting', guests: 0, served: 0, bytes: 0 };
  const change = (next: Partial<Lent>): void => {
    lent = { ...lent, ...next };
    told(lent);
  };
  /** Ends whoever is here, or is about to be; `guests` are those whom the server has answered. */
  const ends = new Set<() => void>();
  const guests = new Set<() => void>();
  let way = '';
  const connection = new Connection({
    address: { identity, endpoints },
    carriers: CARRIERS,
    ...{ clock: systemClock, random: systemRandom },
    onOffer: (body) => void welcome(body).catch(() => undefined),
    saveWay: (now) => {
      way = now;
    },
  });
  const over = (phase: LendPhase): void => {
    clearInterval(stillHere);
    for (const end of [...ends]) end();
    connection.close();
    change({ phase });
  };
  const free = (): number =>
    Math.max(0, (way.startsWith(postCarrier.kind) ? PLACES_BY_POST : PLACES) - guests.size);
  let waiting = 0;
  const say = async (): Promise<void> => {
    const places = free();
    // What the server has not heard since the last time it was told, it does not hear.
    if (waiting++ > 0 && lent.phase === 'ready') change({ phase: 'connecting' });
    await connection.call({ op: 'lend', allowance, places }, { patience: 0 });
    waiting = 0;
    if (lent.phase === 'connecting') change({ phase: 'ready' });
  };
  const unheard = (error: unknown): void => {
    const permanent = error instanceof ProtocolError && !error.retriable;
    if (permanent && isOn()) over('refused');
  };
  const isOn = (): boolean => lent.phase === 'connecting' || lent.phase === 'ready';
  const welcome = async (body: Uint8Array): Promise<void> => {
    if (!isOn()) return;
    const answer = async (said: Uint8Array): Promise<void> => {
      await connection.call({ op: 'accept', id: body.slice(0, ID), answer: said });
    };
    if (free() === 0 || ends.size - guests.size >= MEETING) return answer(NO);
    let end = (): void => undefined;
    let late: ReturnType<typeof setTimeout> | undefined;
    const leave = (): void => {
      clearTimeout(late);
      ends.delete(one);
      if (!guests.delete(one)) return;
      change({ guests: guests.size });
      if (isOn()) void say().catch(unheard);
    };
    const one = (): void => end();
    ends.add(one);
    const settle = (): void => {
      clearTimeout(late);
      guests.add(one);
      change({ guests: guests.size, served: lent.served + 1 });
      void say().catch(unheard);
    };
    try {
      const guest = await take(body.slice(ID), stunAmong(connection.endpoints)).catch(
        async (why) => {
          await answer(NO);
          throw why;
        },
      );
      const server = openToServer(endpoints, way);
      server.catch(() => undefined);
      await answer(guest.answer);
      const [here, there] = [await guest.carrier, await server];
      const count = (bytes: number, answered: boolean): void => {
        if (answered && !guests.has(one)) settle();
        change({ bytes: lent.bytes + bytes });
        if (lent.bytes >= LENT_AT_MOST) over('full');
      };
      ({ end } = joinCarriers(here, there, EACH, count, leave));
      // The server answers nothing that its own people would not say.
      late = setTimeout(end, ANSWERED_WITHIN);
      if (!isOn() || free() === 0) end();
    } catch (error) {
      leave();
      throw error;
    }
  };
  connection.onHello(() => void say().catch(unheard));
  const stillHere = setInterval(() => void say().catch(unheard), STILL_HERE);
  told(lent);
  connection.call({ op: 'admit', invite: secret, allowance }).then(say).catch(unheard);
  return () => {
    if (isOn()) over('stopped');
  };
}

/** The first that stands, by the way that this line goes itself. @param way carrier and endpoint, with a space between */
async function openToServer(endpoints: readonly string[], way: string): Promise<Carrier> {
  const signal = AbortSignal.timeout(OPENS_WITHIN);
  const [kind, own = ''] = way.split(' ');
  const factory = CARRIERS.find((one) => one.kind === kind) ?? webSocketCarrier;
  const web = endpoints.filter((url) => /^https?:/.test(url) && (factory.takes ?? isPlain)(url));
  for (const endpoint of new Set([...web.filter((url) => url === own), ...web])) {
    const carrier = await factory.open(endpoint, signal).catch(() => null);
    if (carrier) return carrier;
  }
  throw new Error('the server is not reached');
}
