/** Small files that are wholly there after a crash, or not at all, and that leave nothing when they go. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** For its owner alone. On disk, under its name, when this returns. @throws the platform's error */
export function createFile(path: string, content: Uint8Array): void {
  const temporary = `${path}.new`;
  withFile(temporary, 'w', (file) => writeSync(file, content));
  renameSync(temporary, path);
  syncFolderOf(path);
}

/**
 * Overwrites the file with zeros before it is deleted. A disk that remaps or copies on write may keep the
 * old blocks all the same: only its own encryption helps there. @throws the platform's error
 */
export function destroyFile(path: string): void {
  withFile(path, 'r+', (file) => writeSync(file, new Uint8Array(fstatSync(file).size), 0, null, 0));
  unlinkSync(path);
  syncFolderOf(path);
}

function syncFolderOf(path: string): void {
  withFile(dirname(path), 'r', () => undefined);
}

function withFile(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    use(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
