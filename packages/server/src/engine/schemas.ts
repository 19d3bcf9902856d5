/** Which schemas hold the same rows: the number of migrations of each engine. A backup names its own. */
import type { Schemas } from '../backup/restore-target.ts';

export const SCHEMAS: Schemas = { sqlite: 5, postgres: 4 };
