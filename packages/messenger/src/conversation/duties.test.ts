import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { start } from '@polynya/protocol/running-hash';
import { systemRandom } from '@polynya/reach/clock';
import { expect, test } from 'vitest';
import { authenticationService } from '../identity/authentication-service.ts';
import { seatCredential } from '../identity/credential.ts';
import { Self } from '../identity/self.ts';
import { makeKeyPackage } from '../inbox/key-packages.ts';
import { duties } from './duties.ts';
import { blankPerson } from './people.ts';
import { leavesOf } from './roster.ts';
import { blankState } from './state.ts';

const DAY = 86_400;
const now = Math.floor(Date.now() / 1_000);

/** Leaves that Anna's device, the admin's, is to remove from a group with one seat in it. */
async function removed(until: number): Promise<number[]> {
  const engine = makeEngine({ authentication: authenticationService, now: () => now });
  const anna = await Self.create(systemRandom, 'Anna');
  const log = systemRandom(16);
  const alone = await engine.create(log, await makeKeyPackage(engine, anna, now * 1_000, false));
  // As an altered client makes it: ours would live for eight days.
  const seat = await engine.keyPackage({
    notBefore: now - DAY,
    notAfter: until,
    credential: (signatureKey) => seatCredential(anna.inviter, until, signatureKey),
  });
  const { group } = await alone.commit({ add: [seat.keyPackage] });
  const people = leavesOf(alone).map(({ root }) => ({
    ...blankPerson(root),
    admin: true,
    here: true,
  }));
  const state = blankState({
    server: new Uint8Array(32),
    log,
    phase: 'active',
    direct: false,
    title: '',
    since: now * 1_000,
    token: new Uint8Array(32),
    cursor: 0,
    hash: start(log),
    firstEpoch: 0,
    people,
  });
  const owed = duties({ state, group, staged: null, seat: null }, anna.person, now * 1_000, 0);
  return owed.flatMap(({ change }) => change.remove ?? []);
}

test('a seat stands until its invite ends, and not at all if that is to be in months', async () => {
  expect(await removed(now + 7 * DAY)).toEqual([]);
  expect(await removed(now + 31 * DAY)).toEqual([1]);
});
