/** Everything is forbidden but what is listed: an address and the name that belongs to it, or nothing but DNS. */
import { LISTED, NAMESERVER } from '../network/plan.ts';
import type { Technique } from './technique.ts';

export const whitelist: Technique = {
  name: 'whitelist',
  what: 'only listed sites can be reached',
  sources: [
    'https://github.com/net4people/bbs/issues/516 (mobile networks, listed sites only, DNS still answered; September 2025)',
    'https://github.com/net4people/bbs/issues/650 (addresses and names; August 2026)',
  ],
  parameters: {},
  variants: {
    listed: (rules) => {
      const addresses = LISTED.map(({ address }) => address);
      rules.up(`ip daddr != { ${[NAMESERVER, ...addresses].join(', ')} } drop`);
      rules.inspect(({ address, hello }) =>
        LISTED.some((site) => site.address === address && site.name === hello?.name)
          ? null
          : { act: 'swallow' },
      );
    },
    'dns-only': (rules) => {
      rules.up(`ip daddr != ${NAMESERVER} drop`);
    },
  },
};
