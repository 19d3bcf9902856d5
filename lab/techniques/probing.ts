/** The censor goes and looks: what it sees itself is what it may block later. Nothing is done to anybody's line. */
import type { Technique } from './technique.ts';

export const probing: Technique = {
  name: 'probing',
  what: 'the censor connects to whatever it suspects, asks for many pages, near the secret ones too, and repeats what it recorded',
  sources: [
    'Ensafi et al., Examining How the Great Firewall Discovers Hidden Circumvention Servers, IMC 2015, https://doi.org/10.1145/2815675.2815690',
    'Frolov, Wampler, Wustrow, Detecting Probe-resistant Proxies, NDSS 2020 (what servers do with nonsense, and when)',
    'Wang et al., Seeing through Network-Protocol Obfuscation, CCS 2015, https://doi.org/10.1145/2810103.2813715 (features of flows, and what they cost in false alarms)',
    'Alice et al., How China Detects and Blocks Shadowsocks, IMC 2020, https://doi.org/10.1145/3419394.3423644 (first packets replayed)',
  ],
  parameters: { samples: 1_000 },
  variants: { bridges: () => undefined, server: () => undefined, classifier: () => undefined },
};
