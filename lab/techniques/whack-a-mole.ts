/** Whatever way is seen to work is killed, every minute another: by address, by reset, or by name. Seeded, to be repeated. */
import type { Diagnosis } from '../diagnosis.ts';
import type { Rules } from '../middlebox/middlebox.ts';
import { addressOf, HOSTS } from '../network/plan.ts';
import type { Technique } from './technique.ts';

/** How a way is killed. */
const MEANS = ['address', 'reset', 'name'] as const;

export interface Kill {
  readonly address: string;
  readonly name: string | null;
  readonly means: (typeof MEANS)[number];
}

export const whackAMole: Technique = {
  name: 'whack-a-mole',
  what: 'every minute the way that works is killed; older kills are lifted again',
  sources: [
    'https://github.com/net4people/bbs/issues/277 (servers blocked hours after they were moved; Iran, 2023)',
    'https://github.com/XTLS/Xray-core/issues/6293 (networks under suspicion, changing rules; June 2026)',
  ],
  /** A round stands for a minute. `kept`: so many of the newest kills are in force. */
  parameters: { rounds: 20, roundSeconds: 60, scale: 6, kept: 2 },
  variants: {
    // Nothing is killed before anything was seen to work.
    rounds: (rules) => kill([], rules),
  },
};

/** @param way as seen on the wire: `tls NAME`, `tls ADDRESS`, `tcp ADDRESS`, `udp ADDRESS`, `dns ADDRESS` */
export function aim(way: string, random: () => number): Kill {
  const [by, target = ''] = way.split(' ');
  const address = addressOf(target);
  // What the ISP's own resolver carries ends by the name, not with the resolver that everybody has.
  if (by === 'dns')
    return { address: HOSTS.server.address, name: HOSTS.server.name, means: 'name' };
  // Datagrams know neither resets nor names.
  if (by === 'udp') return { address: address ?? target, name: null, means: 'address' };
  const means = MEANS[Math.floor(random() * (address === undefined ? 2 : 3))] ?? 'address';
  return { address: address ?? target, name: address === undefined ? null : target, means };
}

/**
 * What is right to say of a line on which these stand; a diagnosis speaks of the server's own name and address. What is
 * met first is what is said: a name that is gone before an address, and packets that vanish before resets. Where nothing
 * but resets stands two answers are right, because a filter of names that has just struck leaves the same behind:
 * whatever connects to that address is reset, under any name and at any port that anything is known of.
 */
export function rightUnder(kills: readonly Kill[]): readonly Diagnosis[] {
  const stands = (wanted: Kill['means']) =>
    kills.some(({ address, means }) => address === HOSTS.server.address && means === wanted);
  if (stands('name')) return ['dns-removed'];
  if (stands('address')) return ['address-blocked'];
  return stands('reset') ? ['address-blocked', 'name-filtered'] : ['none'];
}

/** All of these are in force. */
export function kill(kills: readonly Kill[], rules: Rules): void {
  for (const { address, name, means } of kills) {
    if (means === 'address') {
      rules.up(`ip daddr ${address} drop`);
      rules.down(`ip saddr ${address} drop`);
    } else if (means === 'reset') {
      rules.up(`ip daddr ${address} meta l4proto tcp reject with tcp reset`);
    } else if (name !== null) rules.removeNames([name]);
  }
  // Always there, so that connections already under way are in its hands when a name is killed.
  rules.inspect(({ address, hello }) =>
    kills.some(
      (each) =>
        each.address === address && each.means === 'name' && (hello?.name ?? null) === each.name,
    )
      ? { act: 'swallow' }
      : null,
  );
}
