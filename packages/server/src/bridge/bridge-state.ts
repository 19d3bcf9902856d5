/** What a bridge keeps: one secret, from which its paths follow. Who loses it has another bridge. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@polynya/reach/clock';
import { createFile } from '../durable-file.ts';
import { StorageError } from '../engine.ts';
import { makeDataDir } from '../server-state.ts';

const SECRET = 32;

/** Reads the secret in a folder, or makes both on the first start. @throws StorageError */
export function loadBridgeSecret(folder: string, random: Random): Uint8Array {
  makeDataDir(folder);
  const path = join(folder, 'bridge-secret');
  try {
    if (!existsSync(path)) createFile(path, Buffer.from(random(SECRET)));
    const secret = new Uint8Array(readFileSync(path));
    if (secret.length === SECRET) return secret;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StorageError('unavailable', `The file ${path} cannot be used (${why}).`, error);
  }
  throw new StorageError(
    'corrupt',
    `The file ${path} is damaged: restore it from a backup, or delete it and give the new lines to those whose servers this bridge leads to.`,
  );
}
