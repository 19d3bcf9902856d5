/** KeyPackage validation (RFC 9420 section 10.1). */
import { sameBytes } from '@polynya/crypto/bytes';
import { demand } from '../mls-error.ts';
import { MLS_10 } from '../schedule/group-context.ts';
import { areDistinct } from '../tree/extension.ts';
import type { Environment } from './environment.ts';
import { isSignedKeyPackage, type KeyPackage } from './key-package.ts';
import { supportsExtensions, validateLeaf, validateLifetime } from './leaf-validation.ts';

const NOWHERE = { groupId: new Uint8Array(0), leafIndex: 0 };

/** @throws MlsError with the rule that it violates */
export async function validateKeyPackage(env: Environment, checked: KeyPackage): Promise<void> {
  const { version, cipherSuite, initKey, leafNode, extensions } = checked;
  demand('key-package-version', version === MLS_10);
  demand('key-package-suite', cipherSuite === env.suite.id);
  demand('key-package-init-key', !sameBytes(initKey, leafNode.encryptionKey));
  demand('key-package-extensions-distinct', areDistinct(extensions));
  demand('leaf-own-extensions', supportsExtensions(leafNode, extensions));
  demand('key-package-signature', await isSignedKeyPackage(env.suite, checked));
  validateLifetime(env, leafNode);
  await validateLeaf(env, leafNode, 'keyPackage', NOWHERE);
}
