/** Packets to and from a listed address are dropped, or its connections reset as soon as they say anything. */
import { BLOCKED, BRIDGES, HOSTS } from '../network/plan.ts';
import type { Technique } from './technique.ts';

export const addressBlock: Technique = {
  name: 'address-block',
  what: 'packets to and from the server’s address vanish; or only those of TCP, and of all bridges’ too; or connections there are reset at their first words, whatever these are',
  sources: [
    'Xue et al., TSPU: Russia’s Decentralized Censorship System, IMC 2022, https://doi.org/10.1145/3517745.3561461 (blocking by address)',
    'Ramesh et al., Decentralized Control: A Case Study of Russia, NDSS 2020 (addresses on the national blocklist)',
  ],
  parameters: {},
  variants: {
    dropped: (rules) => {
      const list = `{ ${BLOCKED.addresses.join(', ')} }`;
      rules.up(`ip daddr ${list} drop`);
      rules.down(`ip saddr ${list} drop`);
    },
    tcp: (rules) => {
      // Of the bridges, too: nothing but datagrams is left.
      const bridges = BRIDGES.map((host) => HOSTS[host].address);
      const list = `{ ${[...BLOCKED.addresses, ...bridges].join(', ')} }`;
      rules.up(`ip daddr ${list} meta l4proto tcp drop`);
      rules.down(`ip saddr ${list} meta l4proto tcp drop`);
    },
    // What connects is let in, and told apart from others by nothing but where it goes: not by a name, nor by its hello.
    reset: (rules) => {
      const blocked: readonly string[] = BLOCKED.addresses;
      const list = `{ ${blocked.join(', ')} }`;
      rules.up(`ip daddr ${list} meta l4proto != tcp drop`);
      rules.inspect(({ address }) => (blocked.includes(address) ? { act: 'reset' } : null));
    },
  },
};
