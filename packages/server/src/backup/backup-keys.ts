/**
 * The file without which no backup opens: the key of each backup, and the keys of the days whose bodies
 * they hold. It is written anew with every backup, and then forgets what is older than messages are kept:
 * every backup of that time opens to nothing from then on, wherever its copies are.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import * as v from 'valibot';
import { StorageError } from '../engine/engine.ts';
import { createFile, overwriteFile } from '../kept/durable-file.ts';

const secret = v.pipe(
  v.string(),
  v.regex(/^[\w-]{43}$/),
  v.transform((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
);
const day = v.pipe(v.string(), v.isoDate());
const schema = v.strictObject({
  version: v.literal(1),
  backups: v.record(v.string(), v.strictObject({ day, key: secret })),
  days: v.record(day, secret),
});

export interface BackupKeys {
  /** By the id of the backup, in hex. */
  readonly backups: ReadonlyMap<string, { readonly day: string; readonly key: Uint8Array }>;
  /** By date (`2026-11-22`). */
  readonly days: ReadonlyMap<string, Uint8Array>;
}

export const NO_KEYS: BackupKeys = { backups: new Map(), days: new Map() };

/** What is in the file; undefined if there is none. @throws StorageError */
export function readBackupKeys(path: string): BackupKeys | undefined {
  // Whoever died between writing the new one and putting it in place left both.
  for (const one of [path, `${path}.next`]) {
    const keys = existsSync(one) ? parse(one) : undefined;
    if (keys) return keys;
  }
  if (!existsSync(path)) return undefined;
  throw new StorageError('corrupt', `The file of backup keys ${path} is damaged.`);
}

/** Puts these in the place of what the file held, which is overwritten first. @throws the platform's error */
export function writeBackupKeys(path: string, { backups, days }: BackupKeys): void {
  const text = (key: Uint8Array) => Buffer.from(key).toString('base64url');
  const content = {
    version: 1,
    backups: Object.fromEntries(
      [...backups].map(([id, { day: made, key }]) => [id, { day: made, key: text(key) }]),
    ),
    days: Object.fromEntries([...days].map(([date, key]) => [date, text(key)])),
  };
  const next = `${path}.next`;
  createFile(next, Buffer.from(`${JSON.stringify(content, null, 2)}\n`));
  if (existsSync(path)) overwriteFile(path);
  renameSync(next, path);
}

function parse(path: string): BackupKeys | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) return undefined;
    const { backups, days } = parsed.output;
    return { backups: new Map(Object.entries(backups)), days: new Map(Object.entries(days)) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
