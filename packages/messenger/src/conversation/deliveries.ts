/**
 * Handing over: the blob goes up, then the link is ready or the letter is written. Any part can be repeated; what the
 * server refuses for good is taken back.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { equal, toHex } from '@polynya/protocol/bytes';
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
import type { Errand } from './errands.ts';

/** The next one; null: there is none. */
export async function nextDelivery(core: Core): Promise<Errand | null> {
  const { world, chat } = core;
  const { made, withdrawn } = HANDOVER_PHASE;
  const due = (await loadHandovers(world.store, chat)).find(
    ({ phase }) => phase === made || phase === withdrawn,
  );
  if (!due) return null;
  return async () => {
    try {
      await (due.phase === withdrawn ? takeBack(core, due) : handOver(core, due));
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.retriable) throw error;
      return () => settle(core, due, error);
    }
    return () => settle(core, due, null);
  };
}

/** What became of it is stored, unless it became something else meanwhile: then that is due. */
async function settle(core: Core, due: Handover, refusal: ProtocolError | null): Promise<void> {
  const { world, chat, refused } = core;
  const { store } = world;
  const { ready, withdrawn } = HANDOVER_PHASE;
  const present = (await loadHandovers(store, chat)).find(({ id }) => equal(id, due.id));
  if (present?.phase !== due.phase) return;
  if (refusal) {
    refused.set(toHex(due.id), refusal);
    world.log(`a handover was refused: ${refusal.code}`);
  }
  if (due.phase === withdrawn || !due.seat) await store.apply([handoverGone(chat, due)]);
  else {
    const phase = refusal ? withdrawn : ready;
    await store.apply([handoverSaved(chat, { ...due, phase, package: null })]);
  }
  core.touch();
}

async function handOver({ world }: Core, handover: Handover): Promise<void> {
  const { connection } = world;
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
  if (letter) {
    const { refound } = handover;
    const payload = refound
      ? { kind: 'refound' as const, ...refound, secret }
      : { kind: 'welcome' as const, secret };
    await writeLetter(world, letter, handover.id, payload);
  }
}

async function takeBack({ world }: Core, handover: Handover): Promise<void> {
  const { connection } = world;
  const { admit } = seatSecrets(handover.secret);
  try {
    const { allowance } = world.server();
    await connection.call({ op: 'withdraw', allowance, hash: sha256(admit) });
  } catch (error) {
    if (!(error instanceof ProtocolError && error.code === 'not-found')) throw error;
  }
  await dropPackage(connection, handover.secret);
}
