/** What a server takes and refuses of envelopes that no client of ours would make (docs/protocol.md sections 3 and 4). */
import { createCipheriv, generateKeyPairSync } from 'node:crypto';
import { concat, utf8 } from '@polynya/protocol/bytes';
import { type Cbor, encodeCbor } from '@polynya/protocol/cbor';
import {
  HANDLE,
  keyIdOf,
  NONCE,
  OVERHEAD,
  paddedPlaintext,
  SHARE,
  unpad,
} from '@polynya/protocol/envelope';
import {
  type Call,
  call,
  down,
  firstFlight,
  firstReply,
  type Item,
} from '@polynya/protocol/requests';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { hpkeSeal } from '../seal/hpke.ts';
import { openGcm, rawX25519, x25519 } from '../seal/hpke-recipient.ts';
import { flightInfo, SESSION_SECRET, sessionKeys } from '../seal/session-keys.ts';
import { LOG, openLog, SessionStand } from '../test/session-stand.ts';
import { watchWebCrypto } from '../test/virtual-time.ts';

let stand: SessionStand;

beforeAll(watchWebCrypto);
beforeEach(async () => {
  stand = await SessionStand.start();
});

const append = (id: number): Call => ({
  id,
  request: {
    op: 'append',
    n: 1,
    entries: [{ id: systemRandom(16), epoch: 0, body: Uint8Array.of(id) }],
  },
});

test('a server seized later: the X-Wing key and the wire give hs, and hs does not open what follows', async () => {
  // The seizer's view is that of whoever made the encapsulation: both know hs.
  const identity = stand.server.identity();
  const key = await stand.serverKey();
  const pair = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  const share = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const flight = firstFlight.encode({ versions: [1], share, calls: [openLog(1)] });
  const plaintext = paddedPlaintext(encodeCbor(flight), OVERHEAD.firstFlight);
  const keyId = keyIdOf(key);
  const sealed = await hpkeSeal(key, flightInfo(identity), keyId, plaintext);
  const hs = sealed.export(SESSION_SECRET.label, SESSION_SECRET.length);
  await stand.server.receive(concat(keyId, sealed.enc, sealed.ct), stand.sink);
  const reply = stand.sent[0] ?? new Uint8Array(0);
  const theirs = reply.slice(0, 32);

  const opens = async (shared: Uint8Array): Promise<boolean> => {
    const { down } = sessionKeys(hs, shared);
    const aes = await crypto.subtle.importKey('raw', down, 'AES-GCM', false, ['decrypt']);
    const algorithm = { name: 'AES-GCM', iv: reply.slice(32, 44), additionalData: keyId.slice() };
    return crypto.subtle.decrypt(algorithm, aes, reply.slice(44)).then(
      () => true,
      () => false,
    );
  };
  const publicKey = await crypto.subtle.importKey('raw', theirs, 'X25519', false, []);
  const bits = await crypto.subtle.deriveBits(
    { name: 'X25519', public: publicKey },
    pair.privateKey,
    256,
  );
  expect(await opens(new Uint8Array(bits))).toBe(true);
  // All that the seizer has besides hs: both public shares.
  for (const guess of [hs, share, theirs]) expect(await opens(guess)).toBe(false);
});

test('an X25519 share that gives zeros is refused at both ends', async () => {
  const { envelope } = await sealFlight([[1], new Uint8Array(32), []]);
  expect(stand.server.receive(envelope, stand.sink)).toBe('unknown');

  const { session, firstFlight: flight } = await stand.begin();
  await stand.server.receive(flight, stand.sink);
  const reply = stand.sent.shift() ?? new Uint8Array(0);
  expect(await session.openFirstReply(concat(new Uint8Array(32), reply.subarray(32)))).toBeNull();
  expect(await session.openFirstReply(reply)).not.toBeNull();
});

/** A first flight made by hand, whose plaintext is `flight`. */
async function sealFlight(flight: Cbor): Promise<{ envelope: Uint8Array; hs: Uint8Array }> {
  const key = await stand.serverKey();
  const keyId = keyIdOf(key);
  const plaintext = paddedPlaintext(encodeCbor(flight), OVERHEAD.firstFlight);
  const sealed = await hpkeSeal(key, flightInfo(stand.server.identity()), keyId, plaintext);
  const hs = sealed.export(SESSION_SECRET.label, SESSION_SECRET.length);
  return { envelope: concat(keyId, sealed.enc, sealed.ct), hs };
}

/** A session agreed by hand: what it sends need not be valid. */
async function agree() {
  const pair = generateKeyPairSync('x25519');
  const { envelope, hs } = await sealFlight([
    [1],
    rawX25519(pair.publicKey),
    [call.encode(openLog(1))],
  ]);
  await stand.server.receive(envelope, stand.sink);
  const reply = stand.sent.shift() ?? utf8('');
  const shared = x25519(pair.privateKey, reply.slice(0, SHARE)) ?? utf8('');
  const keys = sessionKeys(hs, shared);
  const openDown = (bytes: Uint8Array, aad: Uint8Array): Cbor =>
    unpad(openGcm(keys.down, bytes.slice(0, NONCE), bytes.slice(NONCE), aad) ?? utf8(''));
  const { handles } = firstReply.decode(openDown(reply.slice(SHARE), envelope.slice(0, HANDLE)));
  const handle = handles[0]?.handle ?? utf8('');
  return {
    sealUp(message: Cbor): Uint8Array {
      const nonce = systemRandom(NONCE);
      const cipher = createCipheriv('aes-256-gcm', keys.up, nonce).setAAD(handle);
      const sealed = cipher.update(paddedPlaintext(encodeCbor(message), OVERHEAD.up));
      return concat(handle, nonce, sealed, cipher.final(), cipher.getAuthTag());
    },
    items: (): Item[] =>
      stand.sent.splice(0).flatMap((bytes) => down.decode(openDown(bytes, utf8(''))).items),
  };
}

test('a first flight whose struct does not decode is unknown; one bad call in it costs no other', async () => {
  const good = call.encode(openLog(5));
  const share = systemRandom(32);
  for (const flight of [
    [[1], share],
    [[1], share.slice(1), [good]],
    [[], share, [good]],
  ]) {
    expect(stand.server.receive((await sealFlight(flight)).envelope, stand.sink)).toBe('unknown');
  }
  const { envelope } = await sealFlight([[1], share, [null, [4, [99]], good]]);
  await stand.server.receive(envelope, stand.sink);
  expect(stand.sent).toHaveLength(1);
  expect(stand.logs.counts.get('open')).toBe(1);
});

test('an envelope of a session whose struct does not decode is unknown and changes nothing', async () => {
  const { sealUp } = await agree();
  const calls = [call.encode(append(2))];
  for (const message of [calls, [0], [0, calls, 0], [-1, calls], [0, null]]) {
    expect(stand.server.receive(sealUp(message), stand.sink)).toBe('unknown');
  }
  expect(stand.logs.log(LOG)).toEqual([]);
  expect(stand.sent).toEqual([]);
});

test('a call that does not decode is refused as malformed by itself, or dropped if it has no id', async () => {
  const { sealUp, items } = await agree();
  const calls = [[2, [99, 1]], call.encode(append(3)), null, [4, [5, 1, 'more']], ['5', [5, 1]]];
  await stand.server.receive(sealUp([0, calls]), stand.sink);
  const answers = items();
  expect(answers).toHaveLength(3);
  expect(answers).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ item: 'refusal', id: 2, code: 32 }),
      expect.objectContaining({ item: 'answer', id: 3 }),
      expect.objectContaining({ item: 'refusal', id: 4, code: 32 }),
    ]),
  );
  expect(stand.logs.log(LOG)).toHaveLength(1);
});

test('padding that is not zero is refused', async () => {
  const key = await stand.serverKey();
  const keyId = keyIdOf(key);
  const flight = firstFlight.encode({ versions: [1], share: systemRandom(32), calls: [] });
  const plaintext = paddedPlaintext(encodeCbor(flight), OVERHEAD.firstFlight);
  plaintext[plaintext.length - 1] = 1;
  const { enc, ct } = await hpkeSeal(key, flightInfo(stand.server.identity()), keyId, plaintext);
  expect(stand.server.receive(concat(keyId, enc, ct), stand.sink)).toBe('unknown');
});
