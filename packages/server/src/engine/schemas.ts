/** Which schemas hold the same rows: the number of migrations of each engine. A backup names its own. */
import type { Schemas } from '../backup/restore-target.ts';

export const SCHEMAS: Schemas = { sqlite: 7, postgres: 5 };

/** Of PostgreSQL's schemas, from 1 on, SQLite's that has the same rows. */
const SAME_ROWS = [4, 5, 5, 5, 7] as const;

/** SQLite's schema with the same rows as this one; undefined for one that this version does not know. */
export function sqliteSchema(engine: string, schema: number): number | undefined {
  if (engine === 'postgres') return SAME_ROWS[schema - 1];
  const known = engine === 'sqlite' && schema >= 1 && schema <= (SCHEMAS.sqlite ?? 0);
  return known ? schema : undefined;
}
