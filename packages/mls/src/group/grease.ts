/** GREASE (RFC 9420 section 13.5): values that nobody knows, so that nobody comes to refuse what they do not know. */
import type { Random } from '@polynya/crypto/primitives';
import type { Capabilities } from '../tree/leaf-node.ts';

/** 0x0A0A, 0x1A1A, ... 0xEAEA */
const VALUES = 15;

/** One unknown value, drawn at random, in front of or behind those of each kind but the versions. */
export function greased(capabilities: Capabilities, random: Random): Capabilities {
  const among = (known: readonly number[]): readonly number[] => {
    const [drawn = 0] = random(1);
    const value = 0x0a0a + 0x1010 * (drawn % VALUES);
    return drawn < 128 ? [value, ...known] : [...known, value];
  };
  return {
    versions: capabilities.versions,
    cipherSuites: among(capabilities.cipherSuites),
    extensions: among(capabilities.extensions),
    proposals: among(capabilities.proposals),
    credentials: among(capabilities.credentials),
  };
}
