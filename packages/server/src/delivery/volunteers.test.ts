import { encodeMeeting } from '@polynya/protocol/meeting';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { SessionPort } from '@polynya/reach/server/session-handler';
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
const OFFER = encodeMeeting({
  ...{ ufrag: 'abcd', password: 'abcdabcdabcdabcdabcdab', fingerprint: new Uint8Array(32) },
  candidates: [],
});
/** Somebody else each time: each may ask so often. */
const ask = () => {
  const one = { op: 'meet', allowance: new Uint8Array(32).fill(++asked), offer: OFFER } as const;
  return one;
};
const ANSWER = Uint8Array.of(3, 4);
let asked = 0;
let drawn = 0;
const counting = (length: number) => {
  const number = new Uint8Array(length);
  new DataView(number.buffer).setUint32(length - 4, drawn++);
  return number;
};
const stand = (time = new VirtualTime()) => ({ time, all: new Volunteers(engine, time, counting) });
const asker = new Volunteer();

test('an offer goes to one volunteer, and its answer comes back', async () => {
  const { all } = stand();
  const [one, other] = [new Volunteer(), new Volunteer()];
  await all.lend(one, { op: 'lend', allowance, places: 2 });
  await all.lend(other, { op: 'lend', allowance, places: 2 });
  const answer = all.meet(asker, ask());
  await expect.poll(() => one.offers.length + other.offers.length).toBe(1);
  const [taker = one] = [one, other].filter(({ offers }) => offers.length === 1);
  const [body = new Uint8Array(0)] = taker.offers;
  expect(body.subarray(16)).toEqual(OFFER);
  all.accept(taker, { op: 'accept', id: body.subarray(0, 16), answer: ANSWER });
  expect(await answer).toEqual({ answer: ANSWER });
  expect(one.offers.length + other.offers.length).toBe(1);
});

test('no offer takes a place: only so many are under way at a volunteer at a time, which is never its own', async () => {
  const { all } = stand();
  const volunteer = new Volunteer();
  await all.lend(volunteer, { op: 'lend', allowance, places: 1 });
  await expect(all.meet(volunteer, ask())).rejects.toThrow(ProtocolError);
  const met = Array.from({ length: 5 }, () => all.meet(asker, ask()));
  await expect(met[4]).rejects.toMatchObject({ code: 'busy' });
  expect(volunteer.offers.length).toBe(4);
  for (const body of volunteer.offers.slice()) {
    all.accept(volunteer, { op: 'accept', id: body.subarray(0, 16), answer: ANSWER });
  }
  await Promise.all(met.slice(0, 4));
  void all.meet(asker, ask()).catch(() => undefined);
  await expect.poll(() => volunteer.offers.length).toBe(5);
});

test('one who asks again and again is told to wait, and the others are not', async () => {
  const { all, time } = stand();
  const volunteer = new Volunteer();
  await all.lend(volunteer, { op: 'lend', allowance, places: 9 });
  const greedy = ask();
  const take = async (request: ReturnType<typeof ask>) => {
    const before = volunteer.offers.length;
    const met = all.meet(asker, request);
    met.catch(() => undefined);
    await expect.poll(() => volunteer.offers.length).toBe(before + 1);
    const id = volunteer.offers.at(-1)?.subarray(0, 16) ?? new Uint8Array(16);
    all.accept(volunteer, { op: 'accept', id, answer: ANSWER });
    return met;
  };
  for (let each = 0; each < 4; each++) await take(greedy);
  await expect(all.meet(asker, greedy)).rejects.toMatchObject({ code: 'rate', retryAfter: 30_000 });
  await take(ask());
  time.set(30_000);
  await take(greedy);
});

test('an offer that nobody can take is handed to nobody', async () => {
  const { all } = stand();
  const volunteer = new Volunteer();
  await all.lend(volunteer, { op: 'lend', allowance, places: 1 });
  for (const offer of [Uint8Array.of(1, 2), OFFER.subarray(1)]) {
    await expect(all.meet(asker, { ...ask(), offer })).rejects.toMatchObject({ code: 'malformed' });
  }
  expect(volunteer.offers.length).toBe(0);
});

test('of three hundred each is chosen in time', async () => {
  const { all } = stand();
  const volunteers = Array.from({ length: 300 }, () => new Volunteer());
  for (const one of volunteers) await all.lend(one, { op: 'lend', allowance, places: 1 });
  drawn = 0;
  // Every second draw is the id of an offer.
  for (let each = 0; each < 600; each++) void all.meet(asker, ask()).catch(() => undefined);
  const chosen = () => volunteers.filter(({ offers }) => offers.length > 0);
  await expect.poll(() => chosen().length, { timeout: 60_000 }).toBeGreaterThan(149);
  expect(chosen().some((one) => volunteers.indexOf(one) > 255)).toBe(true);
});

test('a volunteer that says no is asked again later; one that is silent twice, gone, full or long unheard is not', async () => {
  const { all, time } = stand();
  const [no, silent, gone, full] = Array.from({ length: 4 }, () => new Volunteer()) as [
    Volunteer,
    Volunteer,
    Volunteer,
    Volunteer,
  ];
  const busy = { code: 'busy', retryAfter: 60_000 };
  await all.lend(no, { op: 'lend', allowance, places: 1 });
  const refused = all.meet(asker, ask());
  await expect.poll(() => no.offers.length).toBe(1);
  const id = no.offers[0]?.subarray(0, 16) ?? new Uint8Array(16);
  all.accept(no, { op: 'accept', id, answer: Uint8Array.of(0) });
  await expect(refused).rejects.toMatchObject(busy);
  void all.meet(asker, ask()).catch(() => undefined);
  await expect.poll(() => no.offers.length).toBe(2);
  all.gone(no);

  await all.lend(silent, { op: 'lend', allowance, places: 9 });
  for (let each = 0; each < 2; each++) {
    let over = false;
    const late = expect(all.meet(asker, ask())).rejects.toMatchObject(busy);
    void late.then(() => {
      over = true;
    });
    await time.until(() => over, 60_000);
  }
  await all.lend(gone, { op: 'lend', allowance, places: 9 });
  all.gone(gone);
  await all.lend(full, { op: 'lend', allowance, places: 9 });
  await all.lend(full, { op: 'lend', allowance, places: 0 });
  await expect(all.meet(asker, ask())).rejects.toMatchObject(busy);
  expect([silent, gone, full].map(({ offers }) => offers.length)).toEqual([2, 0, 0]);

  await all.lend(full, { op: 'lend', allowance, places: 9 });
  time.set(80_000);
  await expect(all.meet(asker, ask())).rejects.toMatchObject(busy);
});

test('an answer to an offer of another volunteer, or to none, is not found', async () => {
  const { all } = stand();
  const volunteer = new Volunteer();
  await all.lend(volunteer, { op: 'lend', allowance, places: 1 });
  void all.meet(asker, ask()).catch(() => undefined);
  await expect.poll(() => volunteer.offers.length).toBe(1);
  const id = volunteer.offers[0]?.subarray(0, 16) ?? new Uint8Array(16);
  expect(() => all.accept(new Volunteer(), { op: 'accept', id: id, answer: ANSWER })).toThrow(
    ProtocolError,
  );
  expect(() =>
    all.accept(volunteer, { op: 'accept', id: new Uint8Array(16).fill(255), answer: ANSWER }),
  ).toThrow(ProtocolError);
});
