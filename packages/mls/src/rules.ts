/** Everything that RFC 9420 tells a member to verify, each by one name, so that a refusal says exactly why. */
import type { MlsErrorCode } from './mls-error.ts';

/** What one violation is called where no wider context has a name for it. */
const BROKEN = 'rule-violated';

export const RULES = {
  // Section 7.3, leaf nodes
  'leaf-signature': BROKEN,
  'leaf-source': BROKEN,
  'leaf-lifetime': 'expired',
  'leaf-credential': 'unknown-credential',
  'leaf-version': BROKEN,
  'leaf-suite': BROKEN,
  'leaf-required-capabilities': BROKEN,
  'leaf-own-credential-type': BROKEN,
  'leaf-credential-type': BROKEN,
  'leaf-own-extensions': BROKEN,
  'leaf-group-extensions': BROKEN,
  'leaf-extensions-distinct': BROKEN,
  'leaf-key-unique': 'duplicate-key',
  'leaf-signature-key-unique': 'duplicate-key',
  'update-key-changed': 'duplicate-key',
  // Sections 7.9 and 12.4.3.1, trees
  'parent-hash': BROKEN,
  'tree-hash': BROKEN,
  'unmerged-leaves': BROKEN,
  'tree-keys-unique': 'duplicate-key',
  // Section 7.6 and 12.4.2, update paths
  'path-length': BROKEN,
  'path-ciphertexts': BROKEN,
  'path-parent-hash': BROKEN,
  'path-key-unique': 'duplicate-key',
  'path-key-of-secret': BROKEN,
  // Section 10.1, KeyPackages
  'key-package-version': BROKEN,
  'key-package-suite': BROKEN,
  'key-package-signature': BROKEN,
  'key-package-init-key': 'duplicate-key',
  'key-package-extensions-distinct': BROKEN,
  // Sections 12.1 and 12.2, proposals
  'proposal-sender': BROKEN,
  'proposal-unsupported': BROKEN,
  'proposal-by-reference-unknown': BROKEN,
  'update-by-committer': BROKEN,
  'remove-of-committer': BROKEN,
  'remove-of-nobody': BROKEN,
  'leaf-changed-twice': BROKEN,
  'add-duplicate': 'duplicate-key',
  'psk-duplicate': BROKEN,
  'psk-nonce': BROKEN,
  'psk-usage': BROKEN,
  'psk-unknown': 'unknown-psk',
  'reinit-alone': BROKEN,
  'reinit-version': BROKEN,
  'external-init-by-member': BROKEN,
  'external-init-missing': BROKEN,
  'external-commit-proposals': BROKEN,
  'external-commit-by-reference': BROKEN,
  'external-commit-resync': BROKEN,
  'group-extensions-twice': BROKEN,
  'group-extensions-distinct': BROKEN,
  'group-extensions-supported': BROKEN,
  'group-capabilities-missing': BROKEN,
  'group-external-senders': BROKEN,
  // Sections 6 and 12.4, framing and Commits
  signature: 'cannot-open',
  'membership-tag': 'cannot-open',
  'confirmation-tag': BROKEN,
  'confirmation-tag-missing': BROKEN,
  'path-required': BROKEN,
  'group-reinitialised': BROKEN,
  'epoch-exhausted': BROKEN,
  // Section 12.4.3.1, Welcome, and 11.2 and 11.3, what it may be of
  'welcome-suite': BROKEN,
  'group-info-signature': BROKEN,
  'group-info-signer': BROKEN,
  'group-info-extensions-distinct': BROKEN,
  'group-info-external-pub': BROKEN,
  'tree-missing': BROKEN,
  'own-leaf-missing': BROKEN,
  'path-secret-place': BROKEN,
  'successor-epoch': BROKEN,
  'successor-parameters': BROKEN,
} as const satisfies Record<string, MlsErrorCode>;

export type Rule = keyof typeof RULES;
