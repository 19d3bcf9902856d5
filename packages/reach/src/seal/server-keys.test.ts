import { utf8 } from '@polynya/protocol/bytes';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { startSessions } from '../test/loopback.ts';
import { openLog, SessionStand } from '../test/session-stand.ts';
import { watchWebCrypto } from '../test/virtual-time.ts';
import { openAccessRecord } from './access-record-signing.ts';

const HOUR = 3_600_000;

let stand: SessionStand;

beforeAll(watchWebCrypto);
beforeEach(async () => {
  stand = await SessionStand.start();
});

test('each record has a higher serial than the last, also of an earlier start, and it is kept first', async () => {
  const serialOf = async () =>
    (await openAccessRecord(stand.server.record(), stand.server.identity())).serial;
  const kept: number[] = [];
  const lastSerial = stand.time.now();
  stand.server.stop();
  stand.server = await startSessions(stand.logs, {
    clock: stand.time,
    lastSerial,
    saveSerial: (serial) => kept.push(serial),
  });
  expect(await serialOf()).toBe(lastSerial + 1);
  await stand.time.until(() => kept.length === 2, 25 * HOUR);
  expect(await serialOf()).toBe(lastSerial + 2);
  expect(kept).toEqual([lastSerial + 1, lastSerial + 2]);
});

test('where the serial cannot be kept a server does not start; a running one goes on and reports it', async () => {
  const saveSerial = (): never => {
    throw new Error('no room');
  };
  await expect(startSessions(stand.logs, { clock: stand.time, saveSerial })).rejects.toThrow(
    'no room',
  );
  let full = false;
  const reported: unknown[] = [];
  stand.server.stop();
  stand.server = await startSessions(stand.logs, {
    clock: stand.time,
    saveSerial: () => full && saveSerial(),
    report: (error) => void reported.push(error),
  });
  full = true;
  await stand.time.until(() => reported.length === 2, 49 * HOUR);
  await stand.establish([openLog(1)]);
  expect(stand.logs.counts.get('open')).toBe(1);
});

test('the key before the newest is still taken; an older one is unknown', async () => {
  const flights = [(await stand.begin()).firstFlight, (await stand.begin()).firstFlight];
  await stand.time.until(() => false, 25 * HOUR).catch(() => undefined);
  expect(stand.server.receive(flights[0] ?? utf8(''), stand.sink)).not.toBe('unknown');
  await stand.time.until(() => false, 25 * HOUR).catch(() => undefined);
  expect(stand.server.receive(flights[1] ?? utf8(''), stand.sink)).toBe('unknown');
});
