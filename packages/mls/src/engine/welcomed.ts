/** Welcomes as Polynya hands them over, and what it asks of the groups they lead to, beyond RFC 9420. */
import { decode, encode } from '../codec/codec.ts';
import type { GroupState } from '../group/state.ts';
import { type Welcome, welcome } from '../group/welcome.ts';
import { attempt, MlsError, type MlsErrorCode } from '../mls-error.ts';
import { BASIC_CREDENTIAL } from '../tree/leaf-node.ts';
import { MAX_WELCOME } from './limits.ts';

/** @throws MlsError `group-full` for one that is longer than others take */
export function encodeWelcome(made: Welcome): Uint8Array {
  const bytes = encode(welcome, made);
  if (bytes.length > MAX_WELCOME) throw new MlsError('group-full', 'the Welcome would be too long');
  return bytes;
}

/** @throws MlsError `malformed` */
export function decodeWelcome(bytes: Uint8Array): Welcome {
  return decode(welcome, bytes, MAX_WELCOME);
}

/** @throws MlsError `group-full`, `invalid-welcome` */
export function checkWelcomed(state: GroupState, maxMembers: number): GroupState {
  if (state.tree.memberCount > maxMembers) throw new MlsError('group-full');
  if (state.context.extensions.length > 0) {
    throw new MlsError('invalid-welcome', 'a group with extensions');
  }
  for (const { leaf } of state.tree.members()) {
    if (leaf.credential.credentialType !== BASIC_CREDENTIAL) {
      throw new MlsError('invalid-welcome', 'not a basic credential');
    }
  }
  return state;
}

const NOT_OURS: readonly MlsErrorCode[] = ['unknown-psk', 'cannot-open'];

/** What a Welcome leads to. One that takes a key which its receiver does not hold is invalid. @throws MlsError */
export function welcomed(join: () => Promise<GroupState>): Promise<GroupState> {
  return attempt('invalid-welcome', () =>
    join().catch((cause: unknown) => {
      const closed = cause instanceof MlsError && NOT_OURS.includes(cause.code);
      throw closed ? new MlsError('invalid-welcome', cause.message, { cause }) : cause;
    }),
  );
}
