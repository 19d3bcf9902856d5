/** What the client is, and not where it goes: Node's own ClientHello is dropped, or QUIC's first packet (RFC 9000). */
import type { Technique } from './technique.ts';

export const fingerprint: Technique = {
  name: 'fingerprint',
  what: 'hellos of programs that are no browsers vanish, or all of QUIC version 1',
  sources: [
    'https://github.com/net4people/bbs/issues/662 (blocking depends on the fingerprint of the hello; September 2026)',
    'https://github.com/net4people/bbs/issues/603 (DTLS hellos told apart by JA3 and JA4; March 2026)',
    'Xue et al., TSPU: Russia’s Decentralized Censorship System, IMC 2022, https://doi.org/10.1145/3517745.3561461 (QUIC version 1 to port 443 by length and version)',
  ],
  parameters: { quicPayloadBytes: 1_001 },
  variants: {
    node: (rules) => {
      rules.inspect(({ hello }) => (hello?.kind === rules.nodesHello ? { act: 'swallow' } : null));
    },
    quic: (rules, { quicPayloadBytes = 0 }) => {
      rules.up(`udp dport 443 udp length >= ${quicPayloadBytes + 8} @th,72,32 0x00000001 drop`);
    },
  },
};
