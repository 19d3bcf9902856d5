/**
 * The lab's network: the ISP is the namespace that we are in, with a bridge device for each network; every
 * host is a namespace on one of them. Run inside only (enter.ts).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GATEWAYS,
  HOSTS,
  type HostName,
  type HostPlan,
  hostNames,
  NAMESERVER,
  portOf,
  SUBNETS,
} from './plan.ts';

/** Packets leave as they would leave a network card: a censor that counts them must see real ones. */
const UNBATCHED = 'gso_max_segs 1';

const SETTINGS = [
  'net.ipv4.ip_forward=1',
  // Flows are counted (nft's `ct packets`), and bridged LAN traffic is no concern of the ISP's rules.
  'net.netfilter.nf_conntrack_acct=1',
  '-e',
  'net.bridge.bridge-nf-call-iptables=0',
];

/** Files of the lab, in memory that nobody else sees and that goes with the lab. */
export const FOLDER = '/run/lab';

/** Builds it, and an empty FOLDER. */
export function buildNetwork(): void {
  sh('mount', '-t', 'tmpfs', 'tmpfs', '/run');
  mkdirSync('/run/netns');
  mkdirSync(FOLDER);
  useNameserver();
  ip([
    'link set lo up',
    `addr add ${NAMESERVER}/32 dev lo`,
    ...Object.values(GATEWAYS).flatMap(({ device, address }) => [
      `link add ${device} type bridge`,
      `addr add ${address}/24 dev ${device}`,
      `link set ${device} ${UNBATCHED} up`,
    ]),
    ...hostNames.flatMap((name) => [
      `netns add ${name}`,
      `link add ${portOf(name)} type veth peer name eth0 netns ${name}`,
      `link set ${portOf(name)} master ${GATEWAYS[HOSTS[name].network].device} ${UNBATCHED} up`,
    ]),
  ]);
  sh('sysctl', '-qw', ...SETTINGS);
  for (const name of hostNames) {
    ip(hostLines(name), name);
    const { address, behind }: HostPlan = HOSTS[name];
    if (behind !== undefined) route(name, address, behind);
  }
}

/**
 * Puts a home router before a host, into its own namespace: what it sends leaves by the router's address, and datagrams
 * to that one reach it, whoever sends them (RFC 4787: address-independent mapping and filtering).
 */
function route(name: HostName, address: string, behind: string): void {
  const { network }: HostPlan = HOSTS[name];
  ip(
    [
      `addr add ${behind}/32 dev eth0`,
      `route replace ${SUBNETS[network]} dev eth0 src ${behind}`,
      `route replace default via ${GATEWAYS[network].address} src ${behind}`,
    ],
    name,
  );
  const rules = `table ip router {
    chain out { type nat hook postrouting priority srcnat; ip saddr ${behind} snat to ${address}; }
    chain in { type nat hook prerouting priority dstnat; ip daddr ${address} meta l4proto udp dnat to ${behind}; }
  }`;
  const [program = '', ...args] = [...inHost(name), 'nft', '-f', '-'];
  execFileSync(program, args, { input: rules, stdio: ['pipe', 'ignore', 'pipe'] });
}

function hostLines(name: HostName): string[] {
  const { network, address }: HostPlan = HOSTS[name];
  const lines = [
    'link set lo up',
    `addr add ${address}/24 dev eth0`,
    `link set eth0 ${UNBATCHED} up`,
    `route add default via ${GATEWAYS[network].address}`,
  ];
  // The nameserver's address is the public resolver's for all who live abroad, as anycast would have it.
  if (name === 'resolver') lines.push(`addr add ${NAMESERVER}/32 dev lo`);
  else if (network === 'foreign')
    lines.push(`route add ${NAMESERVER} via ${HOSTS.resolver.address}`);
  return lines;
}

/** What this machine's own resolv.conf says is hidden from everybody in the lab. */
function useNameserver(): void {
  const own = join(FOLDER, 'resolv.conf');
  writeFileSync(own, `nameserver ${NAMESERVER}\noptions timeout:2 attempts:2\n`);
  sh('mount', '--bind', own, realpathSync('/etc/resolv.conf'));
}

function ip(lines: readonly string[], host?: HostName): void {
  const input = `${lines.join('\n')}\n`;
  const batch = ['ip', '-batch', '-'];
  const [program = '', ...args] = host ? [...inHost(host), ...batch] : batch;
  execFileSync(program, args, { input, stdio: ['pipe', 'ignore', 'pipe'] });
}

/** The beginning of a command line that runs on a host. */
export function inHost(host: HostName): string[] {
  return ['nsenter', `--net=/run/netns/${host}`];
}

function sh(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
