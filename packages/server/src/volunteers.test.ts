import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { SessionPort } from '@polynya/reach/session-handler';
import { VirtualTime } from '@polynya/reach/test/virtual-time';
import { expect, test } from 'vitest';
import { Volunteers } from './volunteers.ts';

class Volunteer implements SessionPort {
  readonly offers: Uint8Array[] = [];
  push(item: Parameters<SessionPort['push']>[0]): void {
    if (item.item === 'signal' && item.n === 0) this.offers.push(item.body);
  }
  readonly connected = true;

  backlog(): number {
    return 0;
  }
}

const allowance = new Uint8Array(32);
const left = { logs: 1, bytes: 1, invites: 1, until: 1 };
const engine = { allowance: () => Promise.resolve(left) };
const OFFER = Uint8Array.of(1, 2);
const ASK = { op: 'meet', allowance, offer: OFFER } as const;
const ANSWER = Uint8Array.of(3);
let drawn = 0;
const counting = (length: number) => new Uint8Array(length).fill(drawn++);
const stand = (time = new VirtualTime()) => ({ time, all: new Volunteers(engine, time, counting) });
const asker = new Volunteer();

test('an offer goes to one volunteer, and its answer comes back', async () => {
  const { all } = stand();
  const [one, other] = [new Volunteer(), new Volunteer()];
  await all.lend(one, { op: 'lend', allowance, places: 2 });
  await all.lend(other, { op: 'lend', allowance, places: 2 });
  const answer = all.meet(asker, ASK);
  await expect.poll(() => one.offers.length + other.offers.length).toBe(1);
  const [taker = one] = [one, other].filter(({ offers }) => offers.length === 1);
  const [body = new Uint8Array(0)] = taker.offers;
  expect(body.subarray(16)).toEqual(OFFER);
  all.accept(taker, { op: 'accept', id: body.subarray(0, 16), answer: ANSWER });
  expect(await answer).toEqual({ answer: ANSWER });
  expect(one.offers.length + other.offers.length).toBe(1);
});

test('a volunteer takes as many as it said, and is never its own', async () => {
  const { all } = stand();
  const volunteer = new Volunteer();
  await all.lend(volunteer, { op: 'lend', allowance, places: 1 });
  await expect(all.meet(volunteer, ASK)).rejects.toThrow(ProtocolError);
  void all.meet(asker, ASK).catch(() => undefined);
  await expect(all.meet(asker, ASK)).rejects.toMatchObject({ code: 'busy' });
  await expect.poll(() => volunteer.offers.length).toBe(1);
  await all.lend(volunteer, { op: 'lend', allowance, places: 1 });
  void all.meet(asker, ASK).catch(() => undefined);
  await expect.poll(() => volunteer.offers.length).toBe(2);
});

test('one that does not answer in time is asked no more, nor one that is gone or takes nobody', async () => {
  const { all, time } = stand();
  const [silent, gone, full] = [new Volunteer(), new Volunteer(), new Volunteer()];
  await all.lend(silent, { op: 'lend', allowance, places: 9 });
  const asked = all.meet(asker, ASK);
  const refused = expect(asked).rejects.toMatchObject({ code: 'busy', retryAfter: 60_000 });
  let over = false;
  void refused.then(() => {
    over = true;
  });
  await time.until(() => over, 60_000);
  await all.lend(gone, { op: 'lend', allowance, places: 9 });
  all.gone(gone);
  await all.lend(full, { op: 'lend', allowance, places: 9 });
  await all.lend(full, { op: 'lend', allowance, places: 0 });
  await expect(all.meet(asker, ASK)).rejects.toMatchObject({ code: 'busy' });
  expect([silent, gone, full].map(({ offers }) => offers.length)).toEqual([1, 0, 0]);
});

test('an answer to an offer of another volunteer, or to none, is not found', async () => {
  const { all } = stand();
  const volunteer = new Volunteer();
  await all.lend(volunteer, { op: 'lend', allowance, places: 1 });
  void all.meet(asker, ASK).catch(() => undefined);
  await expect.poll(() => volunteer.offers.length).toBe(1);
  const id = volunteer.offers[0]?.subarray(0, 16) ?? new Uint8Array(16);
  expect(() => all.accept(new Volunteer(), { op: 'accept', id: id, answer: ANSWER })).toThrow(
    ProtocolError,
  );
  expect(() =>
    all.accept(volunteer, { op: 'accept', id: new Uint8Array(16).fill(255), answer: ANSWER }),
  ).toThrow(ProtocolError);
});
