/**
 * A bundle: parcels sealed for members of several logs in one file (docs/protocol.md section 10). Whoever holds none
 * of the keys sees random bytes and their length, padded by Padmé; whoever holds one finds its slot by a hint.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, concatAll, readU32, toHex, u32, utf8 } from '@polynya/protocol/bytes';
import { PARCEL } from '@polynya/protocol/carried';
import { padme } from '@polynya/protocol/envelope';
import type { Random } from '@polynya/reach/clock';
import { CarryError } from './carry-error.ts';

const SALT = 16;
const HINT = 16;
const KEY = 32;
const TAG = 16;
/** Offset and length of a parcel, and the key that opens it. */
const SLOT = HINT + 4 + 4 + KEY + TAG;
/** Their count is a power of two, and the rest of them random: how many chats there are is not to be seen. */
const SLOTS = { least: 8, most: 1_024 };
/** Random bytes that a platform gives at once. */
const FILL = 65_536;
/** The longest bundle, in bytes. */
export const BUNDLE = 16_777_216;

export interface Parcel {
  /** Any one of them opens it: 32 bytes each. */
  readonly keys: readonly Uint8Array[];
  /** At most PARCEL.bytes. */
  readonly plain: Uint8Array;
}

/** As many of the parcels, from the first on, as one bundle holds. */
export async function sealBundle(parcels: readonly Parcel[], random: Random): Promise<Uint8Array> {
  const fitting = parcelsThatFit(parcels);
  const used = fitting.reduce((sum, { keys }) => sum + keys.length, 0);
  let count = SLOTS.least;
  while (count < used) count *= 2;
  const salt = random(SALT);
  const slots: Uint8Array[] = [];
  const bodies: Uint8Array[] = [];
  let offset = SALT + count * SLOT;
  for (const { keys, plain } of fitting) {
    const contentKey = random(KEY);
    const body = await encrypt(contentKey, salt, plain);
    const slot = concat(u32(offset), u32(body.length), contentKey);
    for (const key of keys) {
      const { hint, seal } = secretsOf(key, salt);
      slots.push(concat(hint, await encrypt(seal, hint, slot)));
    }
    bodies.push(body);
    offset += body.length;
  }
  while (slots.length < count) slots.push(random(SLOT));
  const filling: Uint8Array[] = [];
  for (let left = padme(offset) - offset; left > 0; left -= FILL) {
    filling.push(random(Math.min(left, FILL)));
  }
  return concatAll([salt, ...slots, ...bodies, ...filling]);
}

/**
 * The parcels that a key of `keys` opens, with what stands beside that key.
 * @throws CarryError
 */
export async function openBundle<T>(
  file: Uint8Array,
  keys: readonly { readonly key: Uint8Array; readonly of: T }[],
): Promise<{ readonly of: T; readonly plain: Uint8Array }[]> {
  if (file.length > BUNDLE) throw new CarryError('too-big');
  const salt = file.slice(0, SALT);
  const known = new Map(
    keys.map(({ key, of }) => {
      const secrets = secretsOf(key, salt);
      return [toHex(secrets.hint), { ...secrets, of }];
    }),
  );
  const opened = new Map<number, { readonly of: T; readonly plain: Uint8Array }>();
  for (let n = 0; n < SLOTS.most; n++) {
    const slot = file.subarray(SALT + n * SLOT, SALT + (n + 1) * SLOT);
    if (slot.length < SLOT) break;
    const ours = known.get(toHex(slot.subarray(0, HINT)));
    if (!ours) continue;
    const named = await decrypt(ours.seal, ours.hint, slot.subarray(HINT));
    const [offset, length] = [readU32(named), readU32(named, 4)];
    if (opened.has(offset)) continue;
    if (length > PARCEL.bytes + TAG) throw new CarryError('damaged');
    const plain = await decrypt(named.slice(8), salt, file.subarray(offset, offset + length));
    opened.set(offset, { of: ours.of, plain });
  }
  if (opened.size === 0) throw new CarryError('not-for-us');
  return [...opened.values()];
}

function parcelsThatFit(parcels: readonly Parcel[]): Parcel[] {
  let [slots, bytes] = [0, 0];
  const fitting = parcels.findIndex(({ keys, plain }) => {
    slots += keys.length;
    bytes += plain.length + TAG;
    // Padmé adds an eighth at most.
    return slots > SLOTS.most || bytes > BUNDLE / 2;
  });
  return parcels.slice(0, fitting < 0 ? parcels.length : fitting);
}

/** Good for one bundle, whose salt is in it. */
function secretsOf(key: Uint8Array, salt: Uint8Array): { hint: Uint8Array; seal: Uint8Array } {
  const derive = (label: string, length: number) =>
    hkdf(sha256, key, salt, utf8(`polynya carried ${label}`), length);
  return { hint: derive('hint', HINT), seal: derive('slot', KEY) };
}

/** Each key seals once, so that the nonce is zero. */
async function encrypt(key: Uint8Array, aad: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
  const parameters = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: concat(aad) };
  const imported = await crypto.subtle.importKey('raw', concat(key), 'AES-GCM', false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt(parameters, imported, concat(plain)));
}

async function decrypt(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
  const parameters = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: concat(aad) };
  const imported = await crypto.subtle.importKey('raw', concat(key), 'AES-GCM', false, ['decrypt']);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, imported, concat(sealed)));
  } catch (cause) {
    throw new CarryError('damaged', cause);
  }
}
