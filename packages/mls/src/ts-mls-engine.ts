/** `Engine` on ts-mls 1.6.4. Nothing outside this package may import that library. */
import type { AuthenticationService, Engine, Snapshot } from './engine.ts';
import { enter, found } from './join.ts';
import { decodeKeyPackage, makeKeyPackage } from './key-package.ts';
import { checkKeyPackage, describeKeyPackage, type Judges } from './key-package-check.ts';
import { asMlsError, attempt } from './mls-error.ts';
import { openSealed, sealTo } from './seal-to.ts';
import { decodeSnapshot } from './snapshot.ts';
import { clientConfig } from './state.ts';
import { makeSuite } from './suite.ts';
import { TsMlsGroup } from './ts-mls-group.ts';

export interface EngineOptions {
  /** Asked for every leaf that is added, updated or found on joining. */
  readonly authentication: AuthenticationService;
  /**
   * Seconds since 1970, by which KeyPackages expire. The library also looks at the platform's clock when it adds
   * one: a KeyPackage that only one of the two takes to be alive is refused.
   */
  readonly now: () => number;
}

export async function makeEngine({ authentication, now }: EngineOptions): Promise<Engine> {
  const judges: Judges = {
    suite: await makeSuite(),
    authentication: {
      accepts: (credential, signatureKey) =>
        attempt('no-verdict', () => authentication.accepts(credential, signatureKey)),
    },
    now,
  };
  const { suite } = judges;
  return {
    keyPackage: (options) => attempt('invalid-argument', () => makeKeyPackage(suite, options)),
    async inspect(bytes) {
      const keyPackage = decodeKeyPackage(bytes);
      await checkKeyPackage(judges, keyPackage);
      return describeKeyPackage(suite, keyPackage);
    },
    create: async (groupId, own) => new TsMlsGroup(judges, await found(judges, groupId, own)),
    join: async (welcome, own) => new TsMlsGroup(judges, await enter(judges, welcome, own)),
    sealTo: (keyPackage, label, context, plaintext) =>
      sealTo(suite, keyPackage, label, context, plaintext),
    openSealed: (own, label, context, sealed) => openSealed(suite, own, label, context, sealed),
    restore(snapshot: Snapshot) {
      try {
        return new TsMlsGroup(judges, decodeSnapshot(snapshot, clientConfig(judges)));
      } catch (error) {
        throw asMlsError('malformed', error);
      }
    },
  };
}
