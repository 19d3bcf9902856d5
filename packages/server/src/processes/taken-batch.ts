/** What a process took of rates, on its way to the others of its server: JSON, as it is few and once a second. */
import * as v from 'valibot';
import type { Taken } from '../limits/token-bucket.ts';

const schema = v.array(
  v.strictObject({
    key: v.string(),
    rate: v.strictObject({ burst: v.number(), everyMs: v.number() }),
    n: v.number(),
  }),
);

export function encodeTaken(taken: readonly Taken[]): Buffer {
  return Buffer.from(JSON.stringify(taken));
}

/** Null for what no process sends. */
export function decodeTaken(batch: Buffer): Taken[] | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(batch.toString()));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
