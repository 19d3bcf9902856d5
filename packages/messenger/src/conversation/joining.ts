/**
 * A newcomer's way from the seat to a device of their own (docs/protocol.md section 7). What comes first, taking
 * the Welcome, is `openSeat`; the seat then reads the log to its head, and its one Commit brings the device in.
 */
import type { Engine, Group } from '@polynya/mls/engine';
import { equal } from '@polynya/protocol/bytes';
import type { WelcomePackage } from '@polynya/protocol/content';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Random } from '@polynya/reach/clock';
import type { Self } from '../identity/self.ts';
import { seatKeyPackage } from '../invite/seat-keys.ts';
import { peopleFrom } from './about.ts';
import type { Intent } from './commits.ts';
import type { Held } from './held.ts';
import { leavesOf } from './roster.ts';
import { blankState, type ConversationState } from './state.ts';

/** Seconds: a device's KeyPackage that is used at once lives long enough for any wrong clock. */
const DAY = 86_400;

/** @throws MlsError, ProtocolError 'malformed': the package is not what an honest inviter makes */
export async function openSeat(
  engine: Engine,
  random: Random,
  known: { server: Uint8Array; secret: Uint8Array; now: number },
  received: WelcomePackage,
): Promise<Held> {
  const { server, secret, now } = known;
  const credential = received.credential ?? new Uint8Array(0);
  const seat = await seatKeyPackage(engine, secret, credential);
  const group = await engine.join(received.welcome, seat);
  const state = stateFrom(received, group, { server, now, token: random(32) });
  return { group, staged: null, seat: null, state: { ...state, phase: 'joining', invite: secret } };
}

/** The record of a conversation that a WelcomePackage leads into. @throws ProtocolError 'malformed' */
export function stateFrom(
  received: WelcomePackage,
  group: Group,
  own: { server: Uint8Array; now: number; token: Uint8Array },
): ConversationState {
  const { about, log, seq, hash } = received;
  if (!equal(group.id, log)) throw new ProtocolError('malformed', 'a Welcome into another log');
  const state = blankState({
    server: own.server,
    log,
    phase: 'active',
    direct: about.direct,
    title: about.title,
    since: own.now,
    token: own.token,
    cursor: seq,
    hash,
    firstEpoch: group.epoch,
    people: peopleFrom(about, leavesOf(group)),
  });
  const { self, cameBy, timer } = about;
  return { ...state, self, cameBy, timer };
}

/** The Commit by which a seat brings in this device. */
export function joinAsDevice(engine: Engine, self: Self, now: () => number): Intent['build'] {
  return async ({ state }) => {
    if (state.phase !== 'joining') return null;
    const seconds = Math.floor(now() / 1_000);
    const own = await engine.keyPackage({
      credential: self.credential,
      signatureKey: self.device,
      notBefore: seconds - DAY,
      notAfter: seconds + 28 * DAY,
    });
    return { add: [own.keyPackage], own };
  };
}

/** Whether this person stands in the group that a link leads to already. */
export function standsIn(held: Held, person: string): boolean {
  return leavesOf(held.group).some((leaf) => leaf.kind === 'device' && leaf.person === person);
}
