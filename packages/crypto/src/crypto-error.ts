/** The one error of this package: what was given is no key, or does not open. Its message never holds a secret. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
}
