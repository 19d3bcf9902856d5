/**
 * The data folder: the server's identity and handle key in a file that only its owner reads, the serial
 * of its last access record, the hour that its clock showed last, the database beside them. A server that loses its keys is another server.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@polynya/reach/clock';
import * as v from 'valibot';
import { StorageError } from '../engine/engine.ts';
import { createFile, createFileOnce } from './durable-file.ts';

const SECRET = 32;

export interface ServerKeyFile {
  /** The Ed25519 seed of the server's identity. */
  readonly identity: Uint8Array;
  /** MACs the handles of sessions, so that a restarted server knows its own. */
  readonly handleKey: Uint8Array;
}

const secret = v.pipe(
  v.string(),
  v.transform((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
  v.check((bytes) => bytes.length === SECRET),
);
const schema = v.strictObject({ version: v.literal(1), identity: secret, handleKey: secret });

export const databasePath = (dataDir: string): string => join(dataDir, 'polynya.db');
const serialPath = (dataDir: string): string => join(dataDir, 'record-serial');
const hourPath = (dataDir: string): string => join(dataDir, 'last-hour');
const keyPath = (dataDir: string): string => join(dataDir, 'server-keys.json');

/** The folder of the keys of days. */
export const keyFolder = (dataDir: string): string => join(dataDir, 'keys');
/** What a backup takes along besides the database. */
export const BACKED_UP: readonly string[] = [
  'server-keys.json',
  'record-serial',
  'last-hour',
  'release-key.pem',
  'push-key.pem',
];

/** Makes the folder if need be. @throws StorageError */
export function makeDataDir(dataDir: string): void {
  told(`The data folder ${dataDir} cannot be used`, () =>
    mkdirSync(dataDir, { recursive: true, mode: 0o700 }),
  );
}

/** Reads the keys, or makes them on the first start. @throws StorageError */
export function loadServerKeys(dataDir: string, random: Random): ServerKeyFile {
  const path = keyPath(dataDir);
  return told(`The key file ${path} cannot be used`, () => {
    if (!existsSync(path)) create(path, random);
    // Backups and copies tend to lose this.
    chmodSync(path, 0o600);
    return parse(path);
  });
}

/** The serial of the last access record, 0 before the first. @throws StorageError */
export function loadRecordSerial(dataDir: string): number {
  return loadNumber(serialPath(dataDir));
}

/** The hour since 1970 that the clock showed last, 0 before the first start. @throws StorageError */
export function loadLastHour(dataDir: string): number {
  return loadNumber(hourPath(dataDir));
}

function loadNumber(path: string): number {
  return told(`The file ${path} cannot be used`, () => {
    if (!existsSync(path)) return 0;
    const text = readFileSync(path, 'utf8').trim();
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new StorageError(
      'corrupt',
      `The file ${path} is damaged: delete it if the clock of this machine is right, else restore it from a backup.`,
    );
  });
}

/** On disk when this returns. @throws StorageError */
export function saveRecordSerial(dataDir: string, serial: number): void {
  saveNumber(serialPath(dataDir), serial);
}

/** On disk when this returns. @throws StorageError */
export function saveLastHour(dataDir: string, hour: number): void {
  saveNumber(hourPath(dataDir), hour);
}

function saveNumber(path: string, value: number): void {
  told(`The file ${path} cannot be written`, () => createFile(path, Buffer.from(`${value}\n`)));
}

function parse(path: string): ServerKeyFile {
  const damaged = (cause?: unknown) =>
    new StorageError(
      'corrupt',
      `The key file ${path} is damaged: restore it from a backup, or move the whole data folder away to start a new server.`,
      cause,
    );
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.output;
  } catch (error) {
    // The parser's message would quote what it read.
    throw error instanceof SyntaxError ? damaged() : error;
  }
  throw damaged();
}

function create(path: string, random: Random): void {
  const fresh = () => Buffer.from(random(SECRET)).toString('base64url');
  const text = JSON.stringify({ version: 1, identity: fresh(), handleKey: fresh() });
  // Of processes that start together one makes them for all.
  createFileOnce(path, Buffer.from(`${text}\n`));
}

function told<T>(what: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StorageError('unavailable', `${what} (${why}).`, error);
  }
}
