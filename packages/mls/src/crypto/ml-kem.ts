/** ML-KEM-768 (FIPS 203) by WebCrypto where the platform has it, else by the `mlkem` package. */
import { MlKem768 } from 'mlkem';
import type { MlKem } from './primitives.ts';

const script = new MlKem768();

export const mlKem768: MlKem = {
  async publicKey(seed) {
    return (await script.deriveKeyPair(seed))[0];
  },
  async encapsulate(publicKey) {
    const [ciphertext, sharedSecret] = await script.encap(publicKey);
    return { sharedSecret, ciphertext };
  },
  async decapsulate(seed, ciphertext) {
    const [, privateKey] = await script.deriveKeyPair(seed);
    return script.decap(ciphertext, privateKey);
  },
};
