import { expect, test, vi } from 'vitest';
import { ToldAddresses, type ToldAddressesOptions } from './told-addresses.ts';

const BAKERY = 'https://bakery.example/one';
const CHOIR = 'https://choir.example/two';
const BY_ADDRESS = 'https://203.0.113.9/three';

/** A clock that stands still until it is wound. */
function stand(resolve: ToldAddressesOptions['resolve']) {
  const timers: (() => void)[] = [];
  const placed: (readonly (readonly string[])[])[] = [];
  const told = new ToldAddresses([[BAKERY, BY_ADDRESS], [CHOIR]], {
    ...{ resolve, endpoints: ['https://chat.example/s'] },
    clock: {
      now: () => 0,
      setTimeout: (run) => {
        timers.push(run);
        return () => timers.splice(timers.indexOf(run), 1);
      },
    },
    place: (lists) => Promise.resolve(void placed.push(lists)),
    report: (error) => {
      throw error;
    },
  });
  return { told, placed, timers };
}

test('each shelf is told where its own hosts are and where the server is, and none of another shelf', async () => {
  const { told, placed } = stand((host) =>
    host === 'choir.example' ? Promise.resolve(['203.0.113.2']) : Promise.resolve(['203.0.113.1']),
  );
  told.start();
  await vi.waitFor(() => expect(placed).toHaveLength(1));
  expect(placed[0]).toEqual([
    [BAKERY, BY_ADDRESS, 'at:#bakery.example=203.0.113.1&chat.example=203.0.113.1'],
    [CHOIR, 'at:#choir.example=203.0.113.2&chat.example=203.0.113.1'],
  ]);
  told.stop();
});

test('what is not known is not told, what was known still is, and nothing is told twice', async () => {
  let answers = true;
  let asked = 0;
  const { told, placed, timers } = stand((host) => {
    asked++;
    if (!answers || host !== 'bakery.example') return Promise.reject(new Error('no such name'));
    return Promise.resolve(['203.0.113.1']);
  });
  told.start();
  await vi.waitFor(() => expect(placed).toHaveLength(1));
  expect(placed[0]?.[1]).toEqual([CHOIR]);
  answers = false;
  timers[0]?.();
  await vi.waitFor(() => expect(asked).toBe(6));
  await told.place([[BAKERY]]);
  expect(placed.slice(1)).toEqual([[[BAKERY, 'at:#bakery.example=203.0.113.1']]]);
  told.stop();
  expect(timers).toEqual([]);
});
