/**
 * The name is gone from DNS, and whoever asks another resolver over UDP asks the ISP's without knowing; or queries over UDP
 * go nowhere, whoever is asked, and the addresses are blocked or not.
 */
import { BLOCKED, NAMESERVER } from '../network/plan.ts';
import { addressBlock } from './address-block.ts';
import type { Technique } from './technique.ts';

export const dnsRemoval: Technique = {
  name: 'dns-removal',
  what: 'the ISP’s resolver denies the name, and answers in place of any other resolver over UDP; or no query over UDP is answered',
  sources: [
    'https://github.com/net4people/bbs/issues/580 (names missing from the national resolvers)',
    'https://github.com/net4people/bbs/issues/657 (UDP to public resolvers answered NXDOMAIN, TCP not touched; August 2026)',
  ],
  parameters: {},
  variants: {
    removed: (rules) => {
      rules.removeNames(BLOCKED.names);
      rules.nat(`udp dport 53 dnat to ${NAMESERVER}`);
    },
    /** The address that it had is dropped as well: to find it by another resolver is of no use. */
    'removed-and-blocked': (rules, parameters) => {
      dnsRemoval.variants.removed?.(rules, parameters);
      addressBlock.variants.dropped?.(rules, parameters);
    },
    silent: (rules) => rules.up('udp dport 53 drop'),
    /** By TCP neither, and the addresses that everybody knows are gone: what is left is known by name alone. */
    'silent-and-blocked': (rules, parameters) => {
      rules.up('meta l4proto { tcp, udp } th dport 53 drop');
      addressBlock.variants.dropped?.(rules, parameters);
    },
  },
};
