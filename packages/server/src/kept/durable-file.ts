/** Small files that are wholly there after a crash, or not at all, and that leave nothing when they go. */
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What a file system says that has no hard links. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** For its owner alone. On disk, under its name, when this returns. @throws the platform's error */
export function createFile(path: string, content: Uint8Array): void {
  // Several processes of one server share the folder.
  const temporary = `${path}.${process.pid}.new`;
  withFile(temporary, 'w', (file) => writeSync(file, content));
  renameSync(temporary, path);
  syncFolderOf(path);
}

/**
 * The same unless the file is there already, perhaps made by another process in this moment: then false,
 * and nothing has changed. @throws the platform's error
 */
export function createFileOnce(path: string, content: Uint8Array): boolean {
  const temporary = `${path}.${process.pid}.new`;
  withFile(temporary, 'w', (file) => writeSync(file, content));
  try {
    linkSync(temporary, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') return false;
    if (!WITHOUT_LINKS.has(code)) throw error;
    copyFileSync(temporary, path, constants.COPYFILE_EXCL);
    withFile(path, 'r+', () => undefined);
  } finally {
    unlinkSync(temporary);
  }
  syncFolderOf(path);
  return true;
}

/**
 * Overwrites the file with zeros before it is deleted. A disk that remaps or copies on write may keep the
 * old blocks all the same: only its own encryption helps there. @throws the platform's error
 */
export function destroyFile(path: string): void {
  overwriteFile(path);
  unlinkSync(path);
  syncFolderOf(path);
}

/** Puts zeros in the place of all that the file holds, on disk. @throws the platform's error */
export function overwriteFile(path: string): void {
  withFile(path, 'r+', (file) => writeSync(file, new Uint8Array(fstatSync(file).size), 0, null, 0));
}

/** What was written to the file by others is on disk when this returns. @throws the platform's error */
export function syncFile(path: string): void {
  withFile(path, 'r', () => undefined);
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
