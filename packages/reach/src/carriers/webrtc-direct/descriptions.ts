/**
 * Session descriptions (RFC 8866, RFC 8841) that no signalling brings: each end writes the other's from what it
 * knows. The caller is DTLS's client (RFC 8842), so that the called says nothing before it is asked.
 */

import { LIMITS } from '@polynya/protocol/limits';
import type { DirectEndpoint } from '@polynya/protocol/webrtc-direct';
import type { IceCredentials } from './credentials.ts';

const SCTP_PORT = 5_000;

/** The password that a description carries; undefined without one. */
export function passwordIn(sdp: string): string | undefined {
  return /^a=ice-pwd:(\S+)/m.exec(sdp)?.[1];
}

/** What the server would answer. @param mid the media id of the caller's offer */
export function answerOf(
  { fingerprint }: Pick<DirectEndpoint, 'fingerprint'>,
  credentials: IceCredentials,
  mid = '0',
): string {
  return description(credentials, 'passive', fingerprint, mid);
}

/** What the caller would offer, were it known. Its certificate is not, and is not asked for. */
export function offerOf(credentials: IceCredentials): string {
  return description(credentials, 'active', new Uint8Array(32), '0');
}

export function candidateOf({
  address,
  port,
}: {
  readonly address: string;
  readonly port: number;
}): string {
  return `candidate:1 1 UDP 2122252543 ${address} ${port} typ host`;
}

/** @param candidates as after `a=` */
export function description(
  { ufrag, password }: IceCredentials,
  setup: 'active' | 'passive' | 'actpass',
  fingerprint: Uint8Array,
  mid: string,
  candidates: readonly string[] = [],
): string {
  const hex = [...fingerprint].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase());
  const lines = [
    'v=0',
    'o=- 0 0 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-options:trickle',
    `m=application 9 UDP/DTLS/SCTP webrtc-datachannel`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    `a=fingerprint:sha-256 ${hex.join(':')}`,
    `a=setup:${setup}`,
    `a=sctp-port:${SCTP_PORT}`,
    `a=max-message-size:${LIMITS.directMessage}`,
    ...candidates.map((candidate) => `a=${candidate}`),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
