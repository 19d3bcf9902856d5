/** What a KeyPackage must satisfy before anyone relies on it (RFC 9420 sections 7.3 and 10.1). */
import type { KeyPackage } from 'ts-mls/keyPackage.js';
import { makeKeyPackageRef, verifyKeyPackage } from 'ts-mls/keyPackage.js';
import { type LeafNode, verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
import { sameBytes } from './codec.ts';
import type { AuthenticationService, Identity, InspectedKeyPackage } from './engine.ts';
import { LAST_RESORT } from './key-package.ts';
import { MAX_CREDENTIAL } from './limits.ts';
import { attempt, MlsError } from './mls-error.ts';
import { KEM_PUBLIC_KEY, SUITE, type Suite } from './suite.ts';

/** What the checks need from outside. */
export interface Judges {
  readonly suite: Suite;
  readonly authentication: AuthenticationService;
  /** Seconds since 1970. */
  readonly now: () => number | null;
}

/** Who a leaf says to be. Only basic credentials exist here, so another type is refused. */
export function identityOf(leaf: Pick<LeafNode, 'credential' | 'signaturePublicKey'>): Identity {
  if (leaf.credential.credentialType !== 'basic') {
    throw new MlsError('malformed', 'not a basic credential');
  }
  return { credential: leaf.credential.identity, signatureKey: leaf.signaturePublicKey };
}

function hasOurForm(keyPackage: KeyPackage): boolean {
  const { leafNode, extensions } = keyPackage;
  const { capabilities, credential } = leafNode;
  return (
    keyPackage.version === 'mls10' &&
    keyPackage.cipherSuite === SUITE &&
    capabilities.versions.includes('mls10') &&
    capabilities.ciphersuites.includes(SUITE) &&
    capabilities.credentials.includes('basic') &&
    leafNode.extensions.length === 0 &&
    extensions.every(({ extensionType }) => extensionType === LAST_RESORT) &&
    keyPackage.initKey.length === KEM_PUBLIC_KEY &&
    leafNode.hpkePublicKey.length === KEM_PUBLIC_KEY &&
    !sameBytes(keyPackage.initKey, leafNode.hpkePublicKey) &&
    credential.credentialType === 'basic' &&
    credential.identity.length <= MAX_CREDENTIAL &&
    leafNode.lifetime.notAfter <= BigInt(Number.MAX_SAFE_INTEGER)
  );
}

/**
 * Form, both signatures, lifetime, credential, in this order.
 * @throws MlsError `invalid-key-package`, `expired` or `unknown-credential`
 */
export async function checkKeyPackage(judges: Judges, keyPackage: KeyPackage): Promise<void> {
  const { suite, authentication, now } = judges;
  const { leafNode } = keyPackage;
  if (!hasOurForm(keyPackage)) throw new MlsError('invalid-key-package', 'not of our form');
  const signed = await attempt(
    'invalid-key-package',
    async () =>
      (await verifyKeyPackage(keyPackage, suite.signature)) &&
      (await verifyLeafNodeSignatureKeyPackage(leafNode, suite.signature)),
  );
  if (!signed) throw new MlsError('invalid-key-package', 'a signature is wrong');
  if (!alive(leafNode.lifetime, now())) throw new MlsError('expired');
  const { credential, signatureKey } = identityOf(leafNode);
  if (!(await authentication.accepts(credential, signatureKey))) {
    throw new MlsError('unknown-credential');
  }
}

function alive({ notBefore, notAfter }: KeyPackage['leafNode']['lifetime'], now: number | null) {
  const seconds = now === null ? null : BigInt(Math.floor(now));
  return seconds === null || (notBefore <= seconds && seconds <= notAfter);
}

/** What a checked KeyPackage says. */
export async function describeKeyPackage(
  suite: Suite,
  keyPackage: KeyPackage,
): Promise<InspectedKeyPackage> {
  const { lifetime } = keyPackage.leafNode;
  return {
    ...identityOf(keyPackage.leafNode),
    initKey: keyPackage.initKey,
    notBefore: Number(lifetime.notBefore),
    notAfter: Number(lifetime.notAfter),
    lastResort: keyPackage.extensions.length > 0,
    ref: await makeKeyPackageRef(keyPackage, suite.hash),
  };
}
