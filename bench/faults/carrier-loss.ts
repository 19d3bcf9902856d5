/**
 * Carriers that lose a tenth of all envelopes, repeat and reorder others and die, under the whole client
 * and server, in virtual time: hours of retries pass in seconds.
 */

import type { Entry } from '@polynya/protocol/requests';
import { Connection } from '@polynya/reach/client/client';
import { systemRandom } from '@polynya/reach/clock';
import { badCarrier } from '@polynya/reach/test/bad-carrier';
import { VirtualTime, watchWebCrypto } from '@polynya/reach/test/virtual-time';
import { CarriedMember } from '@polynya/server/test/carried-member';
import { History, total, type Verdict } from '@polynya/server/test/history';
import { hashOf, id, secret } from '@polynya/server/test/ids';
import { KillableServer } from '@polynya/server/test/killable-server';
import type { Fault } from './fault.ts';

const CLIENTS = 3;
const BADNESS = { drop: 0.1, repeat: 0.1, die: 0.03, refuse: 0.2, delay: 500 };
/** Of virtual time: longer than any round takes that ends. */
const PATIENCE = 2 * 3_600_000;

export const carrierLoss: Fault = async ({ rounds, random }) => {
  watchWebCrypto();
  const verdicts: Verdict[] = [];
  for (let round = 0; round < rounds; round++) verdicts.push(await carried(random));
  return total(verdicts);
};

async function carried(random: () => number): Promise<Verdict> {
  const clock = new VirtualTime();
  const server = await KillableServer.start(clock);
  const { identity } = server;
  const connections: Connection[] = [];
  const members: CarriedMember[] = [];
  const connect = (): Connection => {
    const connection = new Connection({
      address: { identity, endpoints: ['memory:'] },
      carriers: [false, true].map((polls) =>
        badCarrier(polls, BADNESS, random, clock, () => server.receiver),
      ),
      clock,
      random: systemRandom,
    });
    connections.push(connection);
    return connection;
  };
  const finish = async <T>(work: Promise<T>, over: () => boolean = () => true): Promise<T> => {
    let done = false;
    const settled = work.finally(() => {
      done = true;
    });
    settled.catch(() => undefined);
    await clock
      .until(() => done && over(), PATIENCE)
      .catch((error: unknown) => {
        throw new Error(`${done ? 'heard too little' : 'no answer'}: ${stateOf(members)}`, {
          cause: error,
        });
      });
    return settled;
  };
  try {
    const allowance = await server.admit();
    const [log, capability] = [id(), secret()];
    const clients = Array.from({ length: CLIENTS }, connect);
    const create = { op: 'create', log, kind: 0, hash: hashOf(capability), allowance } as const;
    await finish((clients[0] ?? connect()).call<'create'>(create));
    const world = { pace: 500, clock, random };
    for (const client of clients) {
      members.push(new CarriedMember(client.log(log, capability), world));
    }
    const told = () => members.flatMap(({ appended, committed }) => [...appended, ...committed]);
    await finish(Promise.all(members.flatMap((one) => [one.write(5, 4), one.turn(3)])), () =>
      members.every(({ heard }) => heard.length >= told().length),
    );
    const newest = members[0]?.heard.findLast(({ turn }) => turn !== null)?.body ?? capability;
    const reader = connect().log(log, newest);
    const entries: Entry[] = [];
    for (let head = 1; entries.length < head; ) {
      const read = await finish(reader.read(entries.length + 1, 20_000));
      head = read.head;
      entries.push(...read.entries);
      if (read.entries.length === 0) break;
    }
    return judge(members, entries);
  } finally {
    for (const connection of connections) connection.close();
    await server.close();
  }
}

/** What each did and heard, for whoever asks why it did not end. */
function stateOf(members: readonly CarriedMember[]): string {
  const states = members.map(({ appended, committed, refused, heard, fault }) => {
    const told = appended.length + committed.length;
    return `told ${told}, refused ${refused.length}, heard ${heard.length}, ${fault ?? 'no fault'}`;
  });
  return states.join('; ') || 'nobody yet';
}

function judge(members: readonly CarriedMember[], entries: readonly Entry[]): Verdict {
  const history = new History();
  for (const { appended, committed, heard } of members) {
    for (const { entry, seq } of appended) {
      history.sends([entry]);
      history.told([entry], [seq]);
    }
    for (const { entry, seq, turn } of committed) {
      history.sends([entry], turn);
      history.told([entry], [seq]);
    }
    history.watch()(heard);
  }
  return history.judge(entries);
}
