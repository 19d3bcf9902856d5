/** Web Push of a server: its key, and what sends, loaded when somebody asks for it first. */
import { join } from 'node:path';
import { loadP256Key } from '../kept/p256-key.ts';
import type { Push, PushOptions } from './push.ts';

/** Secret: whoever has it can tell browsers that something came. */
export const PUSH_KEY = 'push-key.pem';

export interface LazyPush {
  /** For the delivery service; nothing where the host wants none. */
  readonly offered: { readonly push?: () => Promise<Push> };
  close(): Promise<void>;
}

/**
 * @param urls where people find the server: the first of https is what push services are told of it
 * @param options null: this server sends none
 */
export function openPush(
  dataDir: string,
  urls: readonly string[],
  options: Omit<PushOptions, 'key' | 'contact'> | null,
): LazyPush {
  if (!options) return { offered: {}, close: async () => undefined };
  let opened: Promise<Push> | undefined;
  const open = async () => {
    const { Push } = await import('./push.ts');
    const key = loadP256Key(join(dataDir, PUSH_KEY), 'push key');
    const contact = urls.map((url) => new URL(url)).find(({ protocol }) => protocol === 'https:');
    // Without the path, which may be secret.
    return new Push({ ...options, key, ...(contact && { contact: contact.origin }) });
  };
  return {
    offered: {
      push: () => {
        opened ??= open();
        return opened;
      },
    },
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}
