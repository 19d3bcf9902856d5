/** What is below a folder, for what is served from memory. */
import { type Dirent, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Paths of files below it, with `/` on every system. @throws the platform's error */
export function filesIn(folder: string): string[] {
  return pathsIn(folder, (found) => found.isFile());
}

/** Paths of folders below it, likewise. @throws the platform's error */
export function foldersIn(folder: string): string[] {
  return pathsIn(folder, (found) => found.isDirectory());
}

function pathsIn(folder: string, wanted: (found: Dirent) => boolean): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(wanted)
    .map((found) => join(found.parentPath, found.name).slice(join(folder, sep).length))
    .map((name) => name.split(sep).join('/'));
}
