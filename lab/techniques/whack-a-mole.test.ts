import { expect, test } from 'vitest';
import { HOSTS } from '../network/plan.ts';
import { aim, type Kill, rightUnder } from './whack-a-mole.ts';

const { server, bridge1, naive } = HOSTS;
const of = ({ address, name }: { address: string; name: string }, means: Kill['means']): Kill => ({
  ...{ address, name, means },
});

test('nothing is to be said where nothing stands, or only what is no name or address of the server’s', () => {
  expect(rightUnder([])).toEqual(['none']);
  const elsewhere = (['address', 'reset', 'name'] as const).flatMap((means) => [
    of(bridge1, means),
    of(naive, means),
  ]);
  expect(rightUnder(elsewhere)).toEqual(['none']);
});

test('what is done to the server itself is what has to be said, whatever stands beside it', () => {
  const beside = of(bridge1, 'address');
  expect(rightUnder([beside, of(server, 'name')])).toEqual(['dns-removed']);
  expect(rightUnder([of(server, 'address'), beside])).toEqual(['address-blocked']);
});

test('of two things that are done to the server the one that is met first has to be said', () => {
  const [name, address, reset] = [
    of(server, 'name'),
    of(server, 'address'),
    of(server, 'reset'),
  ] as const;
  for (const both of [
    [name, address],
    [reset, name],
  ]) {
    expect(rightUnder(both)).toEqual(['dns-removed']);
    expect(rightUnder([...both].reverse())).toEqual(['dns-removed']);
  }
  expect(rightUnder([reset, address])).toEqual(['address-blocked']);
});

test('a server whose address resets everything may be taken for one that was just filtered by name, and for nothing else', () => {
  expect(rightUnder([of(server, 'reset')])).toEqual(['address-blocked', 'name-filtered']);
});

test('datagrams to the server, and names that it answers for itself, are killed as what they are', () => {
  expect(rightUnder([aim(`udp ${server.address}`, () => 0.5)])).toEqual(['address-blocked']);
  expect(rightUnder([aim('dns 192.0.2.53', () => 0.5)])).toEqual(['dns-removed']);
});
