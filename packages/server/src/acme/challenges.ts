/** Answers to an authority that asks whose a name is: a certificate of its own kind, shown for a moment (RFC 8737, RFC 8738). */
import { isIP, isIPv4 } from 'node:net';
import type { Tls } from '../http/tls-options.ts';

export class Challenges {
  readonly #shown = new Map<string, Tls>();

  /** What to show to an authority that asks for this name of SNI. */
  readonly find = (name: string): Tls | undefined => this.#shown.get(name.toLowerCase());

  /** @param identifier a DNS name or an IP address */
  show(identifier: string, tls: Tls): void {
    this.#shown.set(askedName(identifier), tls);
  }

  hide(identifier: string): void {
    this.#shown.delete(askedName(identifier));
  }
}

/** An address is asked for by its name in the reverse tree, as SNI has names alone (RFC 8738 section 6). */
export function askedName(identifier: string): string {
  if (isIP(identifier) === 0) return identifier.toLowerCase();
  if (isIPv4(identifier)) return `${identifier.split('.').reverse().join('.')}.in-addr.arpa`;
  return `${[...nibbles(identifier)].reverse().join('.')}.ip6.arpa`;
}

/** All 32 hexadecimal digits of an IPv6 address. */
function nibbles(address: string): string {
  const dotted = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four) => {
    const [a = 0, b = 0, c = 0, d = 0] = four.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [before = '', after] = dotted.split('::');
  const groups = (text = '') => text.split(':').filter((group) => group !== '');
  const [head, tail] = [groups(before), groups(after)];
  const zeros = Array<string>(after === undefined ? 0 : 8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join('');
}
