/**
 * Which addresses a server goes to because a client said so: those of the public internet (RFC 6890), so that nobody
 * reaches the host's own network through it.
 */
import { BlockList, isIPv6 } from 'node:net';

const blocked = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  blocked.addSubnet(network, bits, 'ipv4');
}

/** Global unicast (RFC 4291), which is all that is given out. */
const given = new BlockList();
given.addSubnet('2000::', 3, 'ipv6');
/** Of those: for tunnels, which may lead to any IPv4 address, for benchmarks and for documents. */
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  blocked.addSubnet(network, bits, 'ipv6');
}

/** An address in its usual letters, as a resolver gives it. */
export function isPublicAddress(address: string): boolean {
  if (!isIPv6(address)) return !blocked.check(address, 'ipv4');
  return given.check(address, 'ipv6') && !blocked.check(address, 'ipv6');
}
