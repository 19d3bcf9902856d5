/**
 * The name in a ClientHello is on a list. The hello is read as the server reads it, however it was split; for
 * a while afterwards the client gets nothing through to that address and port, under any name.
 */
import type { Rules } from '../middlebox/middlebox.ts';
import type { Verdict } from '../middlebox/proxy.ts';
import { BLOCKED } from '../network/plan.ts';
import { type Parameters, type Technique, value } from './technique.ts';

function filter(act: Verdict['act'] & ('reset' | 'drop-after' | 'swallow')) {
  return (rules: Rules, parameters: Parameters): void => {
    const seconds = value(parameters, 'residualSeconds');
    const names: readonly string[] = BLOCKED.names;
    rules.set('residual { type ipv4_addr . ipv4_addr . inet_service; flags timeout; }');
    const verb = act === 'reset' ? 'reject with tcp reset' : 'drop';
    rules.up(`ip saddr . ip daddr . tcp dport @residual ${verb}`);
    // The client must hear of its reset.
    if (act !== 'reset') rules.down('ip daddr . ip saddr . tcp sport @residual drop');
    rules.inspect(async ({ client, address, port, hello }) => {
      if (!hello?.name || !names.includes(hello.name)) return null;
      const tuple = `${client} . ${address} . ${port}`;
      await rules.add('residual', tuple, seconds);
      return { act };
    });
  };
}

export const nameFilter: Technique = {
  name: 'name-filter',
  what: 'connections that ask for the name in SNI are reset or go silent, and so is the address for minutes after',
  sources: [
    'Xue et al., TSPU: Russia’s Decentralized Censorship System, IMC 2022, https://doi.org/10.1145/3517745.3561461 (kinds of SNI blocking, in-path and stateful, residual state)',
    'https://github.com/net4people/bbs/issues/417 (packets dropped after the hello, no reset)',
  ],
  parameters: { residualSeconds: 420 },
  variants: {
    reset: filter('reset'),
    'drop-after': filter('drop-after'),
    'drop-hello': filter('swallow'),
  },
};
