/**
 * The device key in Node: 32 random bytes in a file of mode 0600 beside the database.
 * Whoever reads the file reads the store; the lock on the store keeps two from making it at once.
 */
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DEVICE_KEY_ALGORITHM, DEVICE_KEY_USAGES, type DeviceKey } from './device-key.ts';
import { StoreError } from './store.ts';

const KEY_BYTES = 32;

/** The key kept at `path`; nothing is read or made before it is asked for. */
export function fileDeviceKey(path: string): DeviceKey {
  const load = async () => {
    const raw = await readFile(path).catch((cause) => {
      if (cause.code === 'ENOENT') return undefined;
      throw failed(path, cause);
    });
    if (!raw) return undefined;
    if (raw.length !== KEY_BYTES) {
      throw new StoreError('corrupt', `not a device key of ${KEY_BYTES} bytes: ${path}`);
    }
    await chmod(path, 0o600).catch((cause) => Promise.reject(failed(path, cause)));
    return imported(raw);
  };

  return {
    load,
    async create() {
      if (await load()) throw new StoreError('failed', `there is a device key already: ${path}`);
      const raw = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeDurably(path, raw);
      } catch (cause) {
        throw failed(path, cause);
      }
      return imported(raw);
    },
    async destroy() {
      await rm(path, { force: true }).catch((cause) => Promise.reject(failed(path, cause)));
    },
  };
}

async function imported(raw: Uint8Array): Promise<CryptoKey> {
  const bytes = new Uint8Array(raw);
  raw.fill(0);
  const key = await crypto.subtle.importKey('raw', bytes, DEVICE_KEY_ALGORITHM, false, [
    ...DEVICE_KEY_USAGES,
  ]);
  bytes.fill(0);
  return key;
}

/** A key lost in a power cut would lose all that was sealed under it: file, then folder, are synced. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  if (process.platform === 'win32') return; // no folder can be synced there
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function failed(path: string, cause: NodeJS.ErrnoException | unknown): StoreError {
  const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  return full
    ? new StoreError('full', `no room is left for the device key: ${path}`, cause)
    : new StoreError('failed', `cannot use the device key: ${path}`, cause);
}
