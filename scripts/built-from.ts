/** Whether what was built was made from exactly these sources and dependencies: a hash of them, kept beside it. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);

export class BuiltFrom {
  readonly #stampFile: string;
  readonly #hash: string;

  /** `what`: names the stamp. `rooms`: the folders in `packages` that it is made of. */
  constructor(what: string, rooms: readonly string[]) {
    this.#stampFile = join(root, '.cache', `${what}-built-from`);
    this.#hash = hashOf(rooms);
  }

  /** `result`: a file that is there if it was ever built. */
  isCurrent(result: string): boolean {
    return (
      existsSync(result) &&
      existsSync(this.#stampFile) &&
      readFileSync(this.#stampFile, 'utf8') === this.#hash
    );
  }

  /** Says that what is built now was made from what was there when this was made. */
  keep(): void {
    mkdirSync(dirname(this.#stampFile), { recursive: true });
    writeFileSync(this.#stampFile, this.#hash);
  }
}

/** Of all files of these rooms that are no tests, and the lock file. */
function hashOf(rooms: readonly string[]): string {
  const files = globSync(`packages/{${rooms.join(',')}}/**/*.*`, {
    cwd: root,
    exclude: ['**/dist/**', '**/node_modules/**', '**/e2e/**', '**/*.test.ts'],
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [join(root, 'package-lock.json'), ...files.sort()]) {
    const content = readFileSync(file);
    hash.update(`${file.slice(root.length)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
