/** Each foreign connection gets so many bytes a second in each direction: the excess is dropped, or held back. */
import { SUBNETS } from '../network/plan.ts';
import { type Technique, value } from './technique.ts';

export const throttle: Technique = {
  name: 'throttle',
  what: 'connections to foreign addresses are slowed down',
  sources: [
    'Xue et al., Throttling Twitter: An Emerging Censorship Technique in Russia, IMC 2021, https://doi.org/10.1145/3487552.3487858 (130 to 150 kbit/s both ways, excess packets dropped)',
    'https://github.com/net4people/bbs/issues/382 (handshakes that take seconds, connections that time out later; July 2024)',
  ],
  parameters: { bytesPerSecond: 16_000, burstBytes: 16_000, trickleBytesPerSecond: 700 },
  variants: {
    // The kernel lets through a second's worth and the burst before it drops anything.
    dropped: (rules, parameters) => {
      const rate = value(parameters, 'bytesPerSecond');
      const over = `limit rate over ${rate} bytes/second burst ${value(parameters, 'burstBytes')} bytes`;
      const of =
        'type ipv4_addr . inet_service . ipv4_addr . inet_service; size 4096; flags dynamic, timeout; timeout 60s;';
      rules.set(`going { ${of} }`);
      rules.set(`coming { ${of} }`);
      rules.up(
        `ip daddr ${SUBNETS.foreign} update @going { ip saddr . tcp sport . ip daddr . tcp dport ${over} } drop`,
      );
      rules.down(
        `ip saddr ${SUBNETS.foreign} update @coming { ip daddr . tcp dport . ip saddr . tcp sport ${over} } drop`,
      );
    },
    trickle: (rules, parameters) => {
      const bytesPerSecond = value(parameters, 'trickleBytesPerSecond');
      const foreign = SUBNETS.foreign.slice(0, SUBNETS.foreign.lastIndexOf('.') + 1);
      rules.inspect(({ address }) =>
        address.startsWith(foreign) ? { act: 'pace', bytesPerSecond } : null,
      );
    },
  },
};
