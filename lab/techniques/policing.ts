/** Who opens too many TLS connections a minute to one address under one name is put into the pen: their hellos go nowhere. */
import type { Rules } from '../middlebox/middlebox.ts';
import { SUBNETS } from '../network/plan.ts';
import { curtain } from './curtain.ts';
import { type Parameters, type Technique, value } from './technique.ts';

/** The 24 bits that all foreign addresses share. */
const FOREIGN = SUBNETS.foreign.slice(0, SUBNETS.foreign.lastIndexOf('.') + 1);

/** Counts hellos by client, address and name: those that come, not connections that stood before anybody counted. */
function police(rules: Rules, parameters: Parameters): void {
  const most = value(parameters, 'connections');
  const window = value(parameters, 'windowSeconds') * 1_000;
  const pen = value(parameters, 'penSeconds') * 1_000;
  const recent = new Map<string, number[]>();
  const until = new Map<string, number>();
  rules.inspect(({ client, address, hello, underWay }) => {
    if (!hello || underWay || !address.startsWith(FOREIGN)) return null;
    const key = `${client} ${address} ${hello.name ?? ''}`;
    const now = performance.now();
    if ((until.get(key) ?? 0) > now) return { act: 'swallow' };
    const times = [...(recent.get(key) ?? []).filter((time) => time > now - window), now];
    recent.set(key, times);
    if (times.length <= most) return null;
    until.set(key, now + pen);
    recent.delete(key);
    const before = times.map((time) => `${((now - time) / 1_000).toFixed(1)} s`).join(', ');
    rules.note(`penned ${key.trim()}: hellos ${before} before`);
    return { act: 'swallow' };
  });
}

export const policing: Technique = {
  name: 'policing',
  what: 'more than a few TLS connections a minute to one address under one name, and none gets through for a minute',
  sources: [
    'https://github.com/net4people/bbs/issues/546 (TLS connections policed by number, with a pause of a minute; November 2025)',
  ],
  parameters: { connections: 4, windowSeconds: 60, penSeconds: 60, packets: 25 },
  variants: {
    /** Frozen after so many packets as well. */
    'with-curtain': (rules, parameters) => {
      curtain.variants['packets-in-all']?.(rules, parameters);
      police(rules, parameters);
    },
    alone: (rules, parameters) => police(rules, parameters),
  },
};
