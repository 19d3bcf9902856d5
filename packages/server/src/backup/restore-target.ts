/** Where the rows of a backup go: an empty database of either engine. */
import { StorageError, type Stored, type StoredTable } from '../engine/engine.ts';

export interface RestoreTarget {
  /** Called first. @throws StorageError for a schema whose rows it cannot take */
  accept(engine: string, schema: number): void;
  insert(table: StoredTable, rows: readonly (readonly Stored[])[]): Promise<void>;
  /** Makes all of it durable. */
  finish(): Promise<void>;
  /** Nothing of it stays. */
  abandon(): Promise<void>;
}

/** Of each engine, whose schemas hold the same rows. */
export type Schemas = Readonly<Record<string, number>>;

/** @throws StorageError unless the rows are of a schema that this version has */
export function checkSchema(engine: string, schema: number, current: Schemas): void {
  if (current[engine] === schema) return;
  const which = `schema ${schema} of ${engine}, this version has ${current[engine] ?? 'none'}`;
  throw new StorageError(
    'newer',
    `The backup was made by a newer version of this program (${which}): restore it with that version, and start this one then.`,
  );
}

/** A name of a table or column, fit to stand in a statement. @throws StorageError */
export function sqlName(name: string): string {
  if (/^[a-z_]{1,63}$/.test(name)) return `"${name}"`;
  throw new StorageError('corrupt', 'The backup names a table or column that cannot be.');
}
