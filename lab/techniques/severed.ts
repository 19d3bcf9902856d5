/** The cables abroad are cut; the country's own network is up. */
import { HOSTS, SUBNETS } from '../network/plan.ts';
import type { Technique } from './technique.ts';

/** Whose nameservers are abroad, so that no resolver in the country can ask them any more. */
const NAMES_ABROAD = Object.values(HOSTS).flatMap((host) =>
  host.network === 'foreign' && 'name' in host ? [host.name] : [],
);

export const severed: Technique = {
  name: 'severed',
  what: 'nothing abroad can be reached, everything at home can',
  sources: [
    'https://github.com/net4people/bbs/issues/484 (Iran, June 2025: foreign networks unreachable, domestic ones up)',
    'https://github.com/net4people/bbs/issues/561 (Iran, January 2026)',
  ],
  parameters: { seconds: 600, scale: 30 },
  variants: {
    abroad: (rules) => {
      rules.up(`ip daddr ${SUBNETS.foreign} drop`);
      rules.down(`ip saddr ${SUBNETS.foreign} drop`);
      rules.removeNames(NAMES_ABROAD);
    },
  },
};
