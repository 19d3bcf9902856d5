/** The name is gone from DNS, and whoever asks another resolver over UDP asks the ISP's without knowing. */
import { BLOCKED, NAMESERVER } from '../network/plan.ts';
import type { Technique } from './technique.ts';

export const dnsRemoval: Technique = {
  name: 'dns-removal',
  what: 'the ISP’s resolver denies the name, and answers in place of any other resolver over UDP',
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
  },
};
