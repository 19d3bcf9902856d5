/** `Engine` on this package's own RFC 9420, with X-Wing, AES-128-GCM, SHA-256 and Ed25519. */

import type { Primitives, Random } from '@polynya/crypto/primitives';
import { systemRandom, webPrimitives } from '@polynya/crypto/web-primitives';
import { decode, encode } from '../codec/codec.ts';
import { decryptWithLabel, encryptWithLabel, hpkeCiphertext } from '../crypto/labels.ts';
import { xWingAes128Suite } from '../crypto/own-suite.ts';
import type { AuthenticationService, Engine } from '../engine.ts';
import { createGroup } from '../group/create.ts';
import type { Environment } from '../group/environment.ts';
import { verifyEvidence } from '../group/evidence.ts';
import { joinGroup } from '../group/join.ts';
import { asMlsError, attempt, within } from '../mls-error.ts';
import {
  decodeKeyPackage,
  inspectKeyPackage,
  makeKeyPackage,
  readOwnKeyPackage,
} from './key-packages.ts';
import { MAX_BODY, MAX_MEMBERS, PAST, RATCHETS } from './limits.ts';
import { PolynyaGroup, type Shared } from './polynya-group.ts';
import { restoreKept } from './records.ts';
import { checkWelcomed, decodeWelcome, welcomed } from './welcomed.ts';

export interface EngineOptions {
  /** Asked for every leaf that is added, updated or found on joining. */
  readonly authentication: AuthenticationService;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Default: WebCrypto's. */
  readonly random?: Random;
  /** Default: WebCrypto's; for Node there are faster ones. */
  readonly primitives?: Primitives;
  /** Default: 128. */
  readonly maxMembers?: number;
}

function sharedBy(options: EngineOptions): Shared {
  const { authentication, now, random = systemRandom, maxMembers = MAX_MEMBERS } = options;
  const suite = xWingAes128Suite(options.primitives ?? webPrimitives);
  const { mayBecome } = authentication;
  const authority: Environment['authority'] = {
    accepts: ({ content }, signatureKey) => authentication.accepts(content, signatureKey),
    mayBecome: (before, after) =>
      mayBecome?.call(
        authentication,
        { credential: before.credential.content, signatureKey: before.signatureKey },
        { credential: after.credential.content, signatureKey: after.signatureKey },
      ) ?? false,
    mayResync: () => false,
  };
  return {
    at: (time) => ({
      suite,
      authority,
      random,
      now: time === undefined ? now() : time,
      clock: now(),
      limits: RATCHETS,
      past: PAST,
    }),
    mayBecomeOthers: mayBecome !== undefined,
    maxMembers,
  };
}

export function makeEngine(options: EngineOptions): Engine {
  const shared = sharedBy(options);
  const { suite, random } = shared.at();
  return {
    keyPackage: (own) => attempt('invalid-argument', () => makeKeyPackage(suite, random, own)),
    inspect: (bytes) => inspectKeyPackage(shared.at(), bytes),
    async create(groupId, own) {
      const read = await readOwnKeyPackage(suite, own);
      const state = await within('invalid-key-package', () =>
        createGroup(shared.at(), groupId, read),
      );
      return PolynyaGroup.of(shared, state);
    },
    async join(bytes, own) {
      const decoded = decodeWelcome(bytes);
      const read = await readOwnKeyPackage(suite, own);
      const state = await welcomed(() => joinGroup(shared.at(), decoded, read));
      return PolynyaGroup.of(shared, checkWelcomed(state, shared.maxMembers));
    },
    restore(records) {
      try {
        return new PolynyaGroup(shared, restoreKept(records));
      } catch (error) {
        throw asMlsError('malformed', error);
      }
    },
    async verifyEvidence(signatureKey, bytes) {
      const said = await verifyEvidence(suite, signatureKey, bytes);
      return {
        groupId: said.context.groupId,
        epoch: Number(said.context.epoch),
        leaf: said.leafIndex,
        authenticatedData: said.authenticatedData,
        plaintext: said.data,
      };
    },
    async sealTo(keyPackage, label, context, plaintext) {
      const { initKey } = decodeKeyPackage(keyPackage);
      const sealed = await attempt('malformed', () =>
        encryptWithLabel(suite, initKey, label, context, plaintext, random),
      );
      return encode(hpkeCiphertext, sealed);
    },
    async openSealed(own, label, context, sealed) {
      const decoded = decode(hpkeCiphertext, sealed, MAX_BODY);
      const { init } = await readOwnKeyPackage(suite, own);
      return attempt('cannot-open', () => decryptWithLabel(suite, init, label, context, decoded));
    },
  };
}
