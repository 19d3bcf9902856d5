/** What people do at a server, for tests that look for traces of who did what: they come, invite each other, make logs and blobs. */
import { createECDH } from 'node:crypto';
import { systemRandom } from '@polynya/reach/clock';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { parseConfig } from '../config.ts';
import { Delivery } from '../delivery/delivery.ts';
import type { Engine } from '../engine/engine.ts';
import { openPush } from '../push/open-push.ts';
import { isPublicAddress } from '../push/public-address.ts';
import { TestSession } from './delivery-bench.ts';
import { entry, hashOf, id, secret } from './ids.ts';

export interface Lives {
  /** All that only these people know. */
  readonly secrets: readonly Uint8Array[];
  /** Ids of their logs, inboxes and blobs. */
  readonly logs: readonly Uint8Array[];
  end(): Promise<void>;
}

/** Three people, each by an invite of the one before. `folder`: for keys. `made` is called after each new log. */
export async function threeLives(
  engine: Engine,
  folder: string,
  now: () => number,
  made: () => void = () => undefined,
): Promise<Lives> {
  const secrets: Uint8Array[] = [];
  const logs: Uint8Array[] = [];
  const kept = () => {
    const bytes = secret();
    secrets.push(bytes);
    return bytes;
  };
  const report = (error: unknown) => {
    throw error;
  };
  const pushed = { ...{ engine, now, random: systemRandom, report }, clock: systemSteadyClock };
  const push = openPush(folder, [], { ...pushed, mayReach: isPublicAddress });
  const config = parseConfig();
  const delivery = new Delivery({ engine, config, now, report, ...push.offered });
  // The same one for all three.
  const key = createECDH('prime256v1').generateKeys();
  const browser = { endpoint: 'https://push.example/one', key, auth: secret().subarray(0, 16) };
  const until = Math.ceil(now() / 1_000 + 3_600);
  let invite = kept();
  const each = config.allowance;
  await engine.invite({ hash: hashOf(invite), uses: 1, until, tag: secret(), each });
  for (let person = 0; person < 3; person++) {
    const session = new TestSession(delivery);
    const [allowance, capability, owner] = [kept(), kept(), kept()];
    const [token, read, drop, next] = [kept(), kept(), kept(), kept()];
    await session.ask('admit', { invite, allowance });
    invite = kept();
    await session.ask('grant', { allowance, hash: hashOf(invite), uses: 2, until });
    const [log, inbox, blob] = [id(), id(), id()];
    logs.push(log, inbox, blob);
    await session.ask('create', { log, kind: 0, hash: hashOf(capability), allowance });
    made();
    await session.ask('open', { n: 1, log, secret: capability });
    await session.ask('append', { n: 1, entries: [entry()] });
    const turn = { closes: true, next: hashOf(next) };
    await session.ask('commit', { n: 1, entry: entry(), turn });
    await session.ask('open', { n: 4, log, secret: next });
    await session.ask('subscribe', { n: 4, id: id(), ...browser });
    await session.ask('create', { log: inbox, kind: 1, hash: hashOf(owner), allowance });
    await session.ask('open', { n: 2, log: inbox, secret: owner });
    await session.ask('allow', { n: 2, hash: hashOf(token), perHour: 60 });
    const packages = [secret(), secret()];
    await session.ask('stock', { n: 2, hash: hashOf(token), packages, last: secret() });
    await session.ask('open', { n: 3, log: inbox, secret: token });
    await session.ask('take', { n: 3, id: id() });
    const hashes = { hash: hashOf(read), drop: hashOf(drop) };
    await session.ask('blob', { blob, ...hashes, pieces: 1, allowance });
    await session.ask('put', { blob, secret: read, index: 0, body: secret() });
  }
  return { secrets, logs, end: () => push.close() };
}
