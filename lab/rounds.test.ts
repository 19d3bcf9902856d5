/** A hunt over packets and people that are made up: what is judged of the line, and by which kills. */
import { expect, test } from 'vitest';
import type { Packet } from './network/pcap.ts';
import { HOSTS } from './network/plan.ts';
import { Hunter, type Prey, rounds } from './rounds.ts';
import { scenarios } from './scenarios.ts';
import type { Talker } from './sides/talk.ts';
import { rightUnder } from './techniques/whack-a-mole.ts';

const { ann, bob, server, bridge1 } = HOSTS;
/** By whose way most comes in each round. */
const WAYS = [server, server, bridge1, server, bridge1, server, bridge1, bridge1];
const scenario = scenarios.find(({ task }) => task === 'rounds');
const settings = new Map([
  ['whack-a-mole', new Map([...Object.entries({ rounds: WAYS.length, roundSeconds: 0.06 })])],
]);
const quick: Talker = {
  say: () => undefined,
  heard: () => 1,
  hears: () => Promise.resolve(true),
  stop: () => Promise.resolve(),
};

function prey(asked?: Prey['asked']): Prey {
  return {
    ...{ both: [quick, quick], addresses: [ann.address, bob.address], texts: ['a', 'b'] },
    ...{ chance: () => 0.5, ...(asked && { asked }) },
  };
}

/** A datagram that came to Ann. */
function datagram({ address }: { readonly address: string }): Packet {
  const ports = { fromPort: 4_000, toPort: 5_000, sequence: 0, syn: false } as const;
  const payload = Buffer.alloc(100);
  return { ...ports, at: 0, from: address, to: ann.address, protocol: 'udp', length: 128, payload };
}

test('a kill that the hunt for another struck counts for what is right to say of the line', async () => {
  const hunter = new Hunter({ impose: () => Promise.resolve() }, 1);
  await hunter.strike(prey(), `udp ${bridge1.address}`);
  expect(rightUnder(hunter.standing)).toEqual(['none']);
  await hunter.strike(prey(), `dns ${HOSTS.resolver.address}`);
  expect(rightUnder(hunter.standing)).toEqual(['dns-removed']);
});

test('a row says how many of the changes were judged', async () => {
  if (!scenario) throw new Error('no scenario of rounds');
  const hunter = new Hunter({ impose: () => Promise.resolve() }, 1);
  let reads = 0;
  // Read before and after each round.
  const packets = () => WAYS.slice(0, Math.ceil(reads++ / 2)).map(datagram);
  const context = { hunter, capture: { packets }, scenario, settings };
  const { outcome, said } = await rounds(
    prey(() => Promise.resolve('none')),
    context,
  );
  expect(said.map(({ right }) => right?.answers[0])).toEqual([
    ...['address-blocked', 'none', 'address-blocked', 'none', 'address-blocked'],
  ]);
  expect(outcome.besides).toBe(
    'what is done to the line was asked at 5 of the 6 times that another answer was right than before',
  );
  const unasked = await rounds(prey(), context);
  expect(unasked.outcome).not.toHaveProperty('besides');
});
