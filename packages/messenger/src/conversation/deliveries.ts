/** Handing over: the blob goes up, then the link is ready or the letter is written. Any part can be repeated. */
import { sha256 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { seatSecrets } from '@polynya/protocol/seat-secrets';
import { writeLetter } from '../inbox/letters.ts';
import {
  HANDOVER_PHASE,
  type Handover,
  handoverGone,
  handoverSaved,
  loadHandovers,
} from '../invite/handover.ts';
import { dropPackage, putPackage } from '../invite/sealed-blob.ts';
import type { Core } from './core.ts';

/** Does the next one. False: there is none. @throws ProtocolError */
export async function deliver(core: Core): Promise<boolean> {
  const { world, chat } = core;
  const { made, withdrawn } = HANDOVER_PHASE;
  const due = (await loadHandovers(world.store, chat)).find(
    ({ phase }) => phase === made || phase === withdrawn,
  );
  if (!due) return false;
  await (due.phase === withdrawn ? takeBack(core, due) : handOver(core, due));
  core.touch();
  return true;
}

async function handOver({ world, chat }: Core, handover: Handover): Promise<void> {
  const { connection, store } = world;
  const { allowance } = world.server();
  const { secret, seat, letter } = handover;
  if (!handover.package) throw new Error('a handover without its package');
  if (seat) {
    await connection.call({
      op: 'grant',
      allowance,
      hash: sha256(seatSecrets(secret).admit),
      uses: 1,
      until: seat.until,
    });
  }
  await putPackage(connection, secret, allowance, handover.package);
  if (seat) {
    const ready = { ...handover, phase: HANDOVER_PHASE.ready, package: null };
    await store.apply([handoverSaved(chat, ready)]);
    return;
  }
  if (letter) {
    const { refound } = handover;
    const payload = refound
      ? { kind: 'refound' as const, ...refound, secret }
      : { kind: 'welcome' as const, secret };
    await writeLetter(world, letter, handover.id, payload);
  }
  await store.apply([handoverGone(chat, handover)]);
}

async function takeBack({ world, chat }: Core, handover: Handover): Promise<void> {
  const { connection, store } = world;
  const { admit } = seatSecrets(handover.secret);
  try {
    const { allowance } = world.server();
    await connection.call({ op: 'withdraw', allowance, hash: sha256(admit) });
  } catch (error) {
    if (!(error instanceof ProtocolError && error.code === 'not-found')) throw error;
  }
  await dropPackage(connection, handover.secret);
  await store.apply([handoverGone(chat, handover)]);
}
