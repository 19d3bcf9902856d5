/**
 * Who may wake by a push subscription (docs/protocol.md section 4): the members of a group in one epoch, or who holds
 * one contact token of an inbox, whose owner left the subscription for them. What they show opens it, and nothing else.
 */
import { hkdfSync } from 'node:crypto';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Access, forbidden } from '../delivery/log-rules.ts';

const DEVICE = 16;
const TOKEN = 32;

export interface Circle {
  readonly log: Uint8Array;
  /** 0 in an inbox. */
  readonly epoch: number;
  /** The group's capability, or the inbox's token. */
  readonly secret: Uint8Array;
  /** Of an inbox, which is one device's: under what the one subscription lies. It says nothing without the token. */
  readonly row: Uint8Array | null;
}

/**
 * @param opened a log as a session opened it
 * @param left what a subscription is left under; absent: who wakes
 * @throws forbidden, malformed
 */
export function circleOf(
  opened: { readonly log: Uint8Array; readonly access: Access; readonly secret: Uint8Array },
  left?: Uint8Array,
): Circle {
  const { log, access, secret } = opened;
  if (left && left.length !== (access.role === 'owner' ? TOKEN : DEVICE)) {
    throw new ProtocolError('malformed', 'not what a subscription to this log is left under');
  }
  if (access.role === 'member') return { log, epoch: access.epoch, secret, row: null };
  if ((access.role === 'owner') !== (left !== undefined)) {
    throw forbidden('the owner of an inbox subscribes, and the holder of a token wakes');
  }
  const token = left ?? secret;
  const row = hkdfSync('sha256', token, log, 'polynya subscription to an inbox', DEVICE);
  return { log, epoch: 0, secret: token, row: new Uint8Array(row) };
}
