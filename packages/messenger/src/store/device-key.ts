/**
 * The `DeviceKey` port: the AES-256-GCM key under which everything on this device is sealed.
 * Where it lives is the platform's choice; a passphrase or passkey can wrap it behind this port.
 */
export interface DeviceKey {
  /**
   * The key, non-extractable, or undefined if this device has none.
   * @throws StoreError `corrupt` if what is kept is not a key, `failed`
   */
  load(): Promise<CryptoKey | undefined>;
  /** The key that a part of the store may still be sealed under, while it is sealed anew. */
  former?(): Promise<CryptoKey | undefined>;
  /**
   * Makes and keeps a new key, durable on return. An existing one is never replaced.
   * @throws StoreError `failed` if there is one already, `full`
   */
  create(): Promise<CryptoKey>;
  /** Forgets the key: what was sealed under it is noise from then on. */
  destroy(): Promise<void>;
}

export const DEVICE_KEY_ALGORITHM = { name: 'AES-GCM', length: 256 } as const;
export const DEVICE_KEY_USAGES: readonly KeyUsage[] = ['encrypt', 'decrypt'];
