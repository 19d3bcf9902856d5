/** Connections to foreign addresses freeze after so much: nothing is reset, nothing comes any more, in either direction. */
import { SUBNETS } from '../network/plan.ts';
import { type Technique, value } from './technique.ts';

const UP = `ip daddr ${SUBNETS.foreign} meta l4proto tcp`;
const DOWN = `ip saddr ${SUBNETS.foreign} meta l4proto tcp`;

export const curtain: Technique = {
  name: 'curtain',
  what: 'each connection to a foreign address goes silent after the first packets or kilobytes',
  sources: [
    'https://github.com/net4people/bbs/issues/490 (frozen after 15 to 20 KB from the server, foreign data centres; June 2025)',
    'https://github.com/XTLS/Xray-core/issues/6293 (known as "TCP 16-20" and as a limit of about 25 packets)',
    'https://github.com/net4people/bbs/issues/662 (still applied, September 2026)',
  ],
  parameters: { packets: 25, bytes: 16_384 },
  variants: {
    'packets-in-all': (rules, parameters) => {
      const frozen = `ct packets > ${value(parameters, 'packets')} drop`;
      rules.up(`${UP} ${frozen}`);
      rules.down(`${DOWN} ${frozen}`);
    },
    'packets-each-way': (rules, parameters) => {
      const packets = value(parameters, 'packets');
      rules.up(`${UP} ct original packets > ${packets} drop`);
      rules.down(`${DOWN} ct reply packets > ${packets} drop`);
    },
    'reply-bytes': (rules, parameters) => {
      const frozen = `ct reply bytes > ${value(parameters, 'bytes')} drop`;
      rules.up(`${UP} ${frozen}`);
      rules.down(`${DOWN} ${frozen}`);
    },
  },
};
