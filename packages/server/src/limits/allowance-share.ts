/**
 * What one use of a granted invite carries (docs/protocol.md, section 4): a part of what the granter has
 * left, taken from it. So inviting oneself gains nothing, and all that grew out of one admission by the
 * host never exceeds what the host gave.
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';

/** Numbers of logs, bytes of blobs, uses of invites. */
export interface Share {
  readonly logs: number;
  readonly bytes: number;
  readonly invites: number;
}

/** Less would not do for an inbox, a few conversations and pictures. */
export const LEAST_SHARE: Share = { logs: 8, bytes: 16 * 1_048_576, invites: 2 };

/** Of `uses` uses, each gets one of so many more parts. */
const KEPT_PARTS = 7;

/** What each of `uses` uses carries. @throws malformed for none, quota when it cannot be taken from what is left */
export function shareOf(left: Share, uses: number): Share {
  // It would cost nothing and be stored.
  if (uses < 1) throw new ProtocolError('malformed', 'an invite without uses');
  const part = (of: keyof Share) =>
    Math.max(LEAST_SHARE[of], powerOfTwo(left[of] / (KEPT_PARTS + uses)));
  const each = { logs: part('logs'), bytes: part('bytes'), invites: part('invites') };
  const cost = costOf(each, uses);
  if (left.logs < cost.logs || left.bytes < cost.bytes || left.invites < cost.invites) {
    throw new ProtocolError('quota');
  }
  return each;
}

/** What `uses` uses that carry `each` take from whoever grants them, each use itself among it. */
export function costOf({ logs, bytes, invites }: Share, uses: number): Share {
  return { logs: uses * logs, bytes: uses * bytes, invites: uses * (invites + 1) };
}

/** The greatest that is not above `n`, or 0: so coarse that it does not tell from whose rest it was taken. */
function powerOfTwo(n: number): number {
  return n < 1 ? 0 : 2 ** Math.floor(Math.log2(n));
}
