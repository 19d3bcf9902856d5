/** UDP goes nowhere: all of it but DNS, or what looks like the beginning of a call (STUN, RFC 8489 section 5). */
import type { Technique } from './technique.ts';

/** The magic cookie, 96 bits into a datagram with its UDP header. */
const STUN = 'udp length >= 28 @th,96,32 0x2112a442';

export const udp: Technique = {
  name: 'udp',
  what: 'datagrams vanish: all but DNS, or those of calls',
  sources: [
    'https://github.com/Waujito/youtubeUnblock/issues/265 (calls filtered by STUN; August 2025)',
    'https://github.com/remittor/zapret-openwrt/issues/377 (calls of two messengers stopped at once; September 2025)',
  ],
  parameters: {},
  variants: {
    'all-but-dns': (rules) => {
      rules.up('udp dport != 53 drop');
      rules.down('udp sport != 53 drop');
    },
    stun: (rules) => {
      rules.up(`${STUN} drop`);
      rules.down(`${STUN} drop`);
    },
  },
};
