/** A conversation that was made here comes to be on the server. Can be repeated. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { LogHandle } from '@polynya/reach/client/log-handle';
import { repair } from '../recovery/later.ts';
import { capabilityHash } from './capability.ts';
import type { Held } from './held.ts';
import type { World } from './world.ts';

/** @throws ProtocolError */
export async function createLog(world: World, { group, state }: Held): Promise<void> {
  const { connection } = world;
  const { allowance } = world.server();
  const { log: id } = state;
  if (!state.refounded) {
    const hash = await capabilityHash(group);
    await connection.call({ op: 'create', log: id, kind: 0, hash, allowance });
    return;
  }
  const { secret, entry, turn } = await (await repair()).foundingCommit(group);
  const hash = sha256(secret);
  await connection.call({ op: 'create', log: id, kind: 0, hash, allowance });
  const log: LogHandle = connection.log(id, secret);
  try {
    await log.commit(entry, turn);
  } finally {
    log.close();
  }
}
