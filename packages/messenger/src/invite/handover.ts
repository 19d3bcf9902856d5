/**
 * A handover: a Welcome that this device has to bring to someone, by an invite link (a seat) or by a letter.
 * A row of the store from before the Commit until it is used, expired, withdrawn or delivered.
 */
import { toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { contactCard } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import { bytes, type Infer, optional, struct, text, uint } from '@polynya/protocol/schema';
import type { Random } from '@polynya/reach/clock';
import type { ChatId } from '../api.ts';
import type { Change, Reads } from '../store/store.ts';

const codec = struct({
  id: bytes(16),
  /** `seatSecrets` of it name and open the blob. */
  secret: bytes(32),
  /** 0 its Commit is not in the log yet, 1 to be uploaded, 2 ready, 3 withdrawn: to be taken back. */
  phase: uint(3),
  /** ms */
  made: uint(),
  /** A seat. `until` in seconds since 1970. */
  seat: optional(
    struct({
      until: uint(),
      link: text(8_192),
      credential: bytes(1, LIMITS.credential),
      signatureKey: bytes(32),
    }),
  ),
  /** Someone who is reached by letter, and the KeyPackage that was taken for them. */
  letter: optional(
    struct({
      card: contactCard,
      root: bytes(32),
      keyPackage: bytes(1, LIMITS.keyPackage),
      ref: bytes(1, 64),
    }),
  ),
  /** The Welcome is to a branch: the log that was left, and the bad Commit there. */
  refound: optional(struct({ log: bytes(16), seq: uint() })),
  /** The Welcome lets a device in again that has the log up to this seq, and is to bring what it missed. */
  missed: optional(uint()),
  /** The WelcomePackage, from phase 1 until it is uploaded. */
  package: optional(bytes(1, 500_000)),
});
export type Handover = Infer<typeof codec>;

export const HANDOVER_PHASE = { wanted: 0, made: 1, ready: 2, withdrawn: 3 } as const;

/** One whose Commit is still to be made. `made` in ms; `secret`: 32 bytes, random by default. */
export function newHandover(
  random: Random,
  made: number,
  whose: Partial<Pick<Handover, 'secret' | 'seat' | 'letter' | 'missed'>>,
): Handover {
  return {
    id: random(16),
    secret: whose.secret ?? random(32),
    phase: HANDOVER_PHASE.wanted,
    made,
    seat: whose.seat ?? null,
    letter: whose.letter ?? null,
    refound: null,
    missed: whose.missed ?? null,
    package: null,
  };
}

export function handoverSaved(chat: ChatId, handover: Handover): Change {
  return {
    table: 'invite',
    key: `${chat}/${toHex(handover.id)}`,
    value: encodeCbor(codec.encode(handover)),
  };
}

export function handoverGone(chat: ChatId, handover: Handover): Change {
  return { table: 'invite', key: `${chat}/${toHex(handover.id)}`, value: null };
}

/** Of one chat; of all of them, by one read, where none is named. */
export async function loadHandovers(store: Reads, chat?: ChatId): Promise<Handover[]> {
  const range = chat === undefined ? {} : { from: `${chat}/`, to: `${chat}0` };
  const rows = await store.range('invite', range);
  // Among all of them stand arrivals (arriving.ts), which are no handovers.
  const ours = rows.filter(([key]) => !key.startsWith('arriving/'));
  return ours.map(([, value]) => codec.decode(decodeCbor(value)));
}
