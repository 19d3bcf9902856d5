/**
 * A block that is drawn tighter while people talk: first the curtain, and no datagrams to what the censor has heard of;
 * then nothing to those addresses at all.
 */
import { BLOCKED, BRIDGES, HOSTS } from '../network/plan.ts';
import { curtain } from './curtain.ts';
import type { Technique } from './technique.ts';

const KNOWN = `{ ${[...BLOCKED.addresses, ...BRIDGES.map((host) => HOSTS[host].address)].join(', ')} }`;

export const tightening: Technique = {
  name: 'tightening',
  what: 'connections abroad freeze and datagrams to servers and bridges vanish; then whatever goes to any of them does',
  sources: [
    ...curtain.sources,
    'https://doi.org/10.1145/3517745.3561461 (blocking by address comes on top, not in place of what was there)',
  ],
  parameters: { packets: curtain.parameters.packets ?? 25 },
  variants: {
    first: (rules, parameters) => {
      curtain.variants['packets-in-all']?.(rules, parameters);
      rules.up(`ip daddr ${KNOWN} meta l4proto udp drop`);
      rules.down(`ip saddr ${KNOWN} meta l4proto udp drop`);
    },
    tightened: (rules, parameters) => {
      curtain.variants['packets-in-all']?.(rules, parameters);
      rules.up(`ip daddr ${KNOWN} drop`);
      rules.down(`ip saddr ${KNOWN} drop`);
    },
  },
};
