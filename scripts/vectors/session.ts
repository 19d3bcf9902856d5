/**
 * A whole session with fixed keys and randomness, for docs/protocol.md section 3: the server's half is
 * reach's, driven envelope by envelope; the client's is sealed here, because reach's draws its own keys.
 */
import { createCipheriv, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { concat, fromHex } from '@polynya/protocol/bytes';
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  HANDLE,
  keyIdOf,
  NONCE,
  OVERHEAD,
  paddedPlaintext,
  SHARE,
  unpad,
} from '@polynya/protocol/envelope';
import { call, firstFlight, type Request, results, up } from '@polynya/protocol/requests';
import type { Codec } from '@polynya/protocol/schema';
import { EnvelopeSealer } from '@polynya/reach/seal/envelope-sealer';
import { Handles } from '@polynya/reach/seal/handles';
import { openGcm, rawX25519, x25519 } from '@polynya/reach/seal/hpke-recipient';
import { ItemEncoder } from '@polynya/reach/seal/item-encoder';
import { flightInfo, SESSION_SECRET, sessionKeys } from '@polynya/reach/seal/session-keys';
import { ServerSession, type SessionsShared } from '@polynya/reach/server/server-session';
import { DEFAULT_SESSION_LIMITS } from '@polynya/reach/server/server-sessions';
import { Sink } from '@polynya/reach/server/sink';
import { TurnEnds } from '@polynya/reach/server/turn-ends';
import { EXCHANGES } from './requests.ts';

const NOW = 1_790_000_000_123;
const EMPTY = new Uint8Array(0);

const fill = (value: number, length: number) => new Uint8Array(length).fill(value);
const request = (op: 'open' | 'append') => ({ op, ...EXCHANGES[op][0] }) as Request;

/** RFC 8410: the DER of an X25519 private key is this prefix and the key. */
function x25519Key(secret: Uint8Array): { secretKey: KeyObject; share: Uint8Array } {
  const der = Buffer.from(concat(fromHex('302e020100300506032b656e04220420'), secret));
  const secretKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { secretKey, share: rawX25519(createPublicKey(secretKey)) };
}

/** What an opened envelope holds before the zeros. */
function cborIn(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
  const plaintext = openGcm(key, sealed.subarray(0, NONCE), sealed.subarray(NONCE), aad);
  if (!plaintext) throw new Error('reach does not open what reach sealed');
  return encodeCbor(unpad(plaintext));
}

/** The HPKE sealing of a first flight with the X-Wing randomness `ekm`, 64 bytes. */
async function sealFlight(
  xWingSeed: Uint8Array,
  ekm: Uint8Array,
  info: Uint8Array,
  cbor: Uint8Array,
) {
  const kem = new XWing();
  const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const { publicKey } = await kem.generateKeyPairDerand(xWingSeed);
  const xWingKey = new Uint8Array(await kem.serializePublicKey(publicKey));
  const keyId = keyIdOf(xWingKey);
  const sender = await suite.createSenderContext({ recipientPublicKey: publicKey, info, ekm });
  const plaintext = paddedPlaintext(cbor, OVERHEAD.firstFlight);
  const ct = new Uint8Array(await sender.seal(plaintext, new Uint8Array(keyId)));
  const label = new TextEncoder().encode(SESSION_SECRET.label);
  const hs = new Uint8Array(await sender.export(label, SESSION_SECRET.length));
  return { xWingKey, keyId, enc: new Uint8Array(sender.enc), ct, hs };
}

/** The file session.json. */
export async function session() {
  const identity = fill(0x1d, 32);
  const xWingSeed = fill(0x5d, 32);
  const ekm = concat(fill(0x3a, 32), fill(0x3b, 32));
  const info = flightInfo(identity);
  const [clientSecret, serverSecret] = [fill(0xc5, 32), fill(0x55, 32)];
  const [client, server] = [x25519Key(clientSecret), x25519Key(serverSecret)];
  const calls = [{ id: 0, request: request('open') }];
  const flight = encodeCbor(firstFlight.encode({ versions: [1], share: client.share, calls }));
  const { xWingKey, keyId, enc, ct, hs } = await sealFlight(xWingSeed, ekm, info, flight);
  const dh = x25519(server.secretKey, client.share);
  if (!dh) throw new Error('X25519 gave zeros');
  const keys = sessionKeys(hs, dh);

  let drawn = 0x70;
  const random = (length: number) => fill(drawn++, length);
  const handleKey = fill(0x4a, 32);
  const handles = new Handles(handleKey, random);
  const issued = handles.issue();
  const sent: Uint8Array[] = [];
  const sink = new Sink({
    send: (envelope) => void sent.push(envelope),
    backlog: () => 0,
    standing: true,
  });
  const shared = {
    build: '7fA_9',
    handler: {
      open: () => ({
        call: ({ op }, answered) => {
          const codec = results[op] as Codec<unknown>;
          answered(codec.encode(EXCHANGES[op][1]));
        },
        end: () => undefined,
      }),
    },
    clock: { steady: () => 0, now: () => NOW, setTimeout: () => () => undefined },
    // It draws many nonces at once: each is of one byte, and no two are the same.
    sealer: new EnvelopeSealer((length) =>
      Uint8Array.from({ length }, (_, at) => 0x80 + Math.floor(at / NONCE)),
    ),
    encoder: new ItemEncoder(),
    turnEnds: new TurnEnds(),
    limits: DEFAULT_SESSION_LIMITS,
    issue: () => [issued],
    bye: () => undefined,
    report: (error) => {
      throw error;
    },
  } satisfies SessionsShared;
  const serverSession = new ServerSession(
    shared,
    { up: new Uint8Array(keys.up), down: new Uint8Array(keys.down) },
    { share: server.share, keyId, version: 1 },
  );
  await serverSession.begin(calls.map(call.encode), sink);

  const upCbor = encodeCbor(up.encode({ seq: 0, calls: [{ id: 1, request: request('append') }] }));
  const upNonce = random(NONCE);
  const cipher = createCipheriv('aes-256-gcm', keys.up, upNonce).setAAD(issued.handle);
  const sealed = cipher.update(paddedPlaintext(upCbor, OVERHEAD.up));
  cipher.final();
  const upEnvelope = concat(issued.handle, upNonce, sealed, cipher.getAuthTag());
  await serverSession.receive(upEnvelope, sink);
  serverSession.push({ item: 'signal', n: 3, body: fill(0xb0, 3) });
  await turn();
  serverSession.end();

  const [reply = EMPTY, ...downs] = sent;
  return {
    about:
      'Section 3. xWingSeed: the X-Wing private key. encapsulation: the 64 bytes of randomness of EncapsulateDerand. cbor: the plaintext before the zeros. reset: the answer to the handle of a session that is gone.',
    identity,
    xWingSeed,
    xWingKey,
    keyId,
    firstFlight: {
      encapsulation: ekm,
      info,
      clientSecret,
      share: client.share,
      cbor: flight,
      enc,
      ct,
      hs,
      envelope: concat(keyId, enc, ct),
    },
    firstReply: {
      serverSecret,
      serverShare: reply.subarray(0, SHARE),
      x25519: new Uint8Array(dh),
      up: keys.up,
      down: keys.down,
      cbor: cborIn(keys.down, reply.subarray(SHARE), keyId),
      envelope: reply,
    },
    handle: { handleKey, r: issued.handle.subarray(0, HANDLE / 2), ...issued },
    up: { nonce: upNonce, cbor: upCbor, envelope: upEnvelope },
    down: downs.map((envelope) => ({ cbor: cborIn(keys.down, envelope, EMPTY), envelope })),
    reset: concat(issued.token, fill(0xee, 240)),
  };
}
