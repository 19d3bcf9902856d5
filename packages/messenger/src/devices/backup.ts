/**
 * What a new device needs besides the phrase to find its people again (docs/protocol.md section 9): sealed, in a log
 * that derives from the root key's seed. Own devices write it anew when it changes; nobody reads it but who recovers.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { deviceCards } from '@polynya/protocol/content';
import { deviceList } from '@polynya/protocol/device-list';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { bytes, type Infer, list, struct, text } from '@polynya/protocol/schema';
import type { Connection } from '@polynya/reach/client/client';
import { idOf } from '../conversation/people.ts';
import type { Device } from '../device.ts';

const NONCE = 12;
/** Bytes of a backup, so that its seal fits an entry. */
const MOST = 60_000;

const chatCodec = struct({
  log: bytes(16),
  people: list(struct({ root: bytes(32), cards: deviceCards }), 512),
});
const codec = struct({
  name: text(64),
  list: deviceList,
  page: text(2_048),
  /** Those with others in them, on this server. */
  chats: list(chatCodec, 512),
});
export type Backup = Infer<typeof codec>;
export type LostChat = Infer<typeof chatCodec>;

/** What devices keep of the root key once it lives under the phrase. */
export function backupSecret(seed: Uint8Array): Uint8Array {
  return derived(seed, 'backup', 32);
}

/** An invite to the server for whoever recovers from a list of this generation. */
export function admission(secret: Uint8Array, generation: number): Uint8Array {
  return derived(secret, `admit ${generation}`, 32);
}

/** The chats that were active last come first; what does not fit is left out. */
export function backupOf(device: Device): Uint8Array {
  const { self, homeLink, conversations } = device;
  const chats: LostChat[] = [];
  const around = { name: self.name, list: self.list, page: homeLink.server.page };
  let encoded = encodeCbor(codec.encode({ ...around, chats: [] }));
  for (const { held } of [...conversations.values()].reverse()) {
    const { state } = held;
    const people = state.people
      .filter((one) => one.here && idOf(one) !== self.person && one.cards.length > 0)
      .map(({ root, cards }) => ({ root, cards }));
    if (state.phase !== 'active' || state.self || people.length === 0) continue;
    chats.push({ log: state.log, people });
    const next = encodeCbor(codec.encode({ ...around, chats }));
    if (next.length > MOST || chats.length > 512) break;
    encoded = next;
  }
  return encoded;
}

/** @throws ProtocolError */
export async function writeBackup(device: Device, secret: Uint8Array, encoded: Uint8Array) {
  const { homeLink, ports } = device;
  const { log: id, open, seal } = backupSecrets(secret);
  const { connection, server } = homeLink;
  const { allowance } = server;
  await connection.call({ op: 'create', log: id, kind: 0, hash: sha256(open), allowance });
  const iv = new Uint8Array(ports.random(NONCE));
  const key = await crypto.subtle.importKey('raw', concat(seal), 'AES-GCM', false, ['encrypt']);
  const additionalData = concat(id);
  const parameters = { name: 'AES-GCM', iv, additionalData };
  const sealed = await crypto.subtle.encrypt(parameters, key, concat(encoded));
  const log = connection.log(id, open);
  try {
    const body = concat(iv, new Uint8Array(sealed));
    await log.append([{ id: ports.random(16), epoch: 0, body }]);
  } finally {
    log.close();
  }
}

/** The newest. @throws ProtocolError 'not-found': there is none */
export async function readBackup(connection: Connection, secret: Uint8Array): Promise<Backup> {
  const { log: id, open, seal } = backupSecrets(secret);
  const key = await crypto.subtle.importKey('raw', concat(seal), 'AES-GCM', false, ['decrypt']);
  const log = connection.log(id, open);
  try {
    const { head } = await log.state();
    const { entries } = await log.read(Math.max(1, head), 1);
    const body = entries.at(-1)?.body;
    if (!body) throw new ProtocolError('not-found', 'retention has taken the backup');
    const iv = new Uint8Array(body.slice(0, NONCE));
    const parameters = { name: 'AES-GCM', iv, additionalData: concat(id) };
    const plain = await crypto.subtle.decrypt(parameters, key, concat(body.slice(NONCE)));
    return codec.decode(decodeCbor(new Uint8Array(plain)));
  } catch (error) {
    if (error instanceof DOMException) throw new ProtocolError('not-found', 'not a backup');
    throw error;
  } finally {
    log.close();
  }
}

/** Where the backup lies, and what opens it. */
export function backupSecrets(secret: Uint8Array) {
  return {
    log: derived(secret, 'log', 16),
    open: derived(secret, 'open', 32),
    seal: derived(secret, 'seal', 32),
  };
}

function derived(secret: Uint8Array, label: string, length: number): Uint8Array {
  return hkdf(sha256, secret, new Uint8Array(0), utf8(`polynya recovery ${label}`), length);
}
