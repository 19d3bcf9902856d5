/** The files below a folder, for what is served from memory. */
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Their paths below it, with `/` on every system. @throws the platform's error */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name).slice(join(folder, sep).length))
    .map((name) => name.split(sep).join('/'));
}
