/** An engine that a contract is tested on, with an allowance to pay for what a test makes. */

import type { Access } from '../delivery/log-rules.ts';
import type { Engine, LogChange, Retention } from '../engine/engine.ts';
import { COUNTERS, HOUR, KEEP_ALL, START } from './contract-figures.ts';
import { entry, hashOf, id, secret } from './ids.ts';

/** Opens an empty engine whose clock is `now`, each of whose logs holds at most `logBytes`. */
export type OpenEngine = (now: () => number, logBytes?: number) => Promise<Engine>;

export class EngineStand {
  now = START;
  readonly changes: LogChange[] = [];
  readonly allowance = hashOf(secret('allowance'));
  readonly invite = secret('invite');
  engine!: Engine;

  static async open(open: OpenEngine, logBytes?: number): Promise<EngineStand> {
    const stand = new EngineStand();
    stand.engine = await open(() => stand.now, logBytes);
    const { engine, invite, allowance } = stand;
    engine.onChange((change) => stand.changes.push(change));
    const until = START / 1_000 + 7_200;
    const { until: _, ...each } = COUNTERS;
    await engine.invite({ hash: invite, uses: 2, until, tag: secret('tag'), each });
    await engine.admit(invite, allowance);
    return stand;
  }

  async newLog(kind = 0, owner = secret()): Promise<{ log: Uint8Array; access: Access }> {
    const { engine, allowance } = this;
    const log = id();
    await engine.create({ log, kind, hash: hashOf(owner), allowance });
    return { log, access: (await engine.open(log, hashOf(owner))).access };
  }

  commit(log: Uint8Array, epoch: number, closes = false, next = secret()) {
    const access = { role: 'member', epoch } as const;
    return this.engine.commit(log, access, entry(epoch), { closes, next }, true);
  }

  /** Retention to its end, with all kept that is not named. */
  async retain(keep: Partial<Retention>): Promise<void> {
    const retention = { ...KEEP_ALL, now: this.now / HOUR, ...keep };
    for (let chunks = 0; await this.engine.retain(retention); chunks++) {
      if (chunks > 1_000) throw new Error('retention does not end');
    }
  }
}
