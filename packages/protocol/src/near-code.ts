/**
 * What a terminal shows, as a QR code or a line of text, to pages of its network: where it takes WebRTC-Direct there
 * (docs/protocol.md section 10). Encodings only.
 */
import { ProtocolError } from './protocol-error.ts';
import {
  type DirectEndpoint,
  decodeDirectEndpoint,
  encodeDirectEndpoint,
} from './webrtc-direct.ts';

/** Addresses in one code (count): more make it too large to be read from a screen. */
export const NEAR_ADDRESSES = 4;
const FORM = /^polynya-near:\/\/([\da-f.:,[\]]{7,200})(:\d{1,5}\/[\w-]{22}#dtls=[\w-]{43})$/;
/** Private and link-local addresses (RFC 1918, RFC 3927, RFC 4193), and one's own; behind a provider's NAT (RFC 6598) are strangers. */
const HOME = /^(10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\.|^f[cd][\da-f]{2}:|^::1$/;

/** Whether an address literal is one of a network that leads to nobody outside. */
export function isHomeAddress(address: string): boolean {
  return HOME.test(address);
}

/** @param addresses of networks at home, 1 to NEAR_ADDRESSES of them */
export function encodeNearCode(
  addresses: readonly string[],
  at: Omit<DirectEndpoint, 'address'>,
): string {
  const [, rest = ''] =
    /^webrtc:\/\/[\d.]+(.*)$/.exec(encodeDirectEndpoint({ ...at, address: '0.0.0.0' })) ?? [];
  const hosts = addresses.map((address) => (address.includes(':') ? `[${address}]` : address));
  return `polynya-near://${hosts.join(',')}${rest}`;
}

/** One endpoint of WebRTC-Direct for each address. @throws ProtocolError 'malformed', of an address outside, too */
export function decodeNearCode(text: string): string[] {
  const [, hosts = '', rest = ''] = FORM.exec(text.trim()) ?? [];
  const endpoints = hosts.split(',').map((host) => `webrtc://${host}${rest}`);
  const lead = endpoints.every((endpoint) => isHomeAddress(decodeDirectEndpoint(endpoint).address));
  if (!lead || endpoints.length > NEAR_ADDRESSES) {
    throw new ProtocolError('malformed', 'not of a network at home');
  }
  return endpoints;
}
