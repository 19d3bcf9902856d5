/**
 * RFC 9750's Authentication Service: a leaf is accepted if its credential's signatures lead from the root key
 * of a person to its signature key, and in no other case. Whether that person may be in the group is for
 * conversation/policy.ts.
 */
import type { AuthenticationService } from '@polynya/mls/engine';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { credentialHolds, decodeCredential } from './credential.ts';

export const authenticationService: AuthenticationService = {
  async accepts(credential, signatureKey) {
    try {
      return await credentialHolds(decodeCredential(credential), signatureKey);
    } catch (error) {
      if (error instanceof ProtocolError) return false;
      throw error;
    }
  },
};
