/** Finding the pre-shared keys that a Commit or a Welcome names (RFC 9420 section 8.4). */
import { sameBytes } from '@polynya/crypto/bytes';
import { violated } from '../mls-error.ts';
import { type PreSharedKeyId, pskSecret } from '../schedule/psk.ts';
import type { Environment } from './environment.ts';
import type { EpochKeys, GroupState } from './state.ts';

/** The resumption key of an epoch that is remembered. */
export function resumptionPsk(
  epochs: readonly Pick<EpochKeys, 'context' | 'resumptionPsk'>[],
  id: PreSharedKeyId,
): Uint8Array | undefined {
  if (id.kind !== 'resumption') return undefined;
  return epochs.find(
    ({ context }) => context.epoch === id.pskEpoch && sameBytes(context.groupId, id.pskGroupId),
  )?.resumptionPsk;
}

/** psk_secret of the named keys. @throws MlsError `unknown-psk` */
export async function findPskSecret(
  env: Environment,
  epochs: readonly Pick<EpochKeys, 'context' | 'resumptionPsk'>[],
  ids: readonly PreSharedKeyId[],
): Promise<Uint8Array> {
  const psks: { id: PreSharedKeyId; psk: Uint8Array }[] = [];
  for (const id of ids) {
    const psk = resumptionPsk(epochs, id) ?? (await env.psk?.(id));
    if (psk === undefined) throw violated('psk-unknown');
    psks.push({ id, psk });
  }
  return pskSecret(env.suite, psks);
}

/** The epochs whose resumption keys a member holds. */
export const rememberedEpochs = (state: GroupState): EpochKeys[] => [state, ...state.past];
