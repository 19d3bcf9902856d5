/** What Polynya asks of a group that somebody is welcomed to, beyond RFC 9420. */
import type { GroupState } from '../group/state.ts';
import { attempt, MlsError, type MlsErrorCode } from '../mls-error.ts';
import { BASIC_CREDENTIAL } from '../tree/leaf-node.ts';

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
