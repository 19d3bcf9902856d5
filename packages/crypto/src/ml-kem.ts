/**
 * ML-KEM-768 (FIPS 203) by WebCrypto where the platform has it (Modern Algorithms in the Web Cryptography API), else
 * by the `mlkem` package, which takes about five times as long.
 */
import { MlKem768 } from 'mlkem';
import type { MlKem } from './primitives.ts';

const NAME = 'ML-KEM-768';

/** What the types of WebCrypto do not say yet. */
interface ModernSubtle {
  importKey(
    format: 'raw-seed' | 'raw-public',
    key: Uint8Array,
    algorithm: typeof NAME,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey>;
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>;
  exportKey(format: 'raw-public', key: CryptoKey): Promise<ArrayBuffer>;
  encapsulateBits(
    algorithm: typeof NAME,
    key: CryptoKey,
  ): Promise<{ readonly sharedKey: ArrayBuffer; readonly ciphertext: ArrayBuffer }>;
  decapsulateBits(
    algorithm: typeof NAME,
    key: CryptoKey,
    ciphertext: Uint8Array,
  ): Promise<ArrayBuffer>;
}

interface Supports {
  supports?(operation: string, algorithm: string): boolean;
}

function native(subtle: ModernSubtle): MlKem {
  const privateKey = (seed: Uint8Array) =>
    subtle.importKey('raw-seed', seed, NAME, false, ['decapsulateBits']);
  return {
    async publicKey(seed) {
      const key = await subtle.getPublicKey(await privateKey(seed), ['encapsulateBits']);
      return new Uint8Array(await subtle.exportKey('raw-public', key));
    },
    async encapsulate(publicKey) {
      const usages = ['encapsulateBits'];
      const key = await subtle.importKey('raw-public', publicKey, NAME, false, usages);
      const { sharedKey, ciphertext } = await subtle.encapsulateBits(NAME, key);
      return { sharedSecret: new Uint8Array(sharedKey), ciphertext: new Uint8Array(ciphertext) };
    },
    async decapsulate(seed, ciphertext) {
      const secret = await subtle.decapsulateBits(NAME, await privateKey(seed), ciphertext);
      return new Uint8Array(secret);
    },
  };
}

function script(kem: MlKem768): MlKem {
  return {
    publicKey: async (seed) => (await kem.deriveKeyPair(seed))[0],
    async encapsulate(publicKey) {
      const [ciphertext, sharedSecret] = await kem.encap(publicKey);
      return { sharedSecret, ciphertext };
    },
    async decapsulate(seed, ciphertext) {
      const [, privateKey] = await kem.deriveKeyPair(seed);
      return kem.decap(ciphertext, privateKey);
    },
  };
}

/** The one in JavaScript. */
export const scriptMlKem768: MlKem = script(new MlKem768());

/** Asked at each use, not as the module loads: without a secure context there is no WebCrypto to ask. */
function best(): MlKem {
  const { SubtleCrypto: subtle } = globalThis as { SubtleCrypto?: Supports };
  return subtle?.supports?.('encapsulateBits', NAME)
    ? native(crypto.subtle as unknown as ModernSubtle)
    : scriptMlKem768;
}

export const mlKem768: MlKem = {
  publicKey: (seed) => best().publicKey(seed),
  encapsulate: (publicKey) => best().encapsulate(publicKey),
  decapsulate: (seed, ciphertext) => best().decapsulate(seed, ciphertext),
};
