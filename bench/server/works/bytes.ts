/** Bytes of the application's layer, both directions and both people, heads of TCP and IP aside. */
import { setTimeout } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect.ts';
import { type Figures, figures } from './figures.ts';

const TEXTS = 20;
const BYTES = 100;
/** ms between texts: so far apart that nothing is joined, as people write. */
const PAUSE = 100;

export interface Bytes {
  /** Two people connect and one says a first text. */
  readonly first: Figures;
  /** One more text: said, acknowledged where the system does, delivered. */
  readonly next: Figures;
}

export async function bytes(dialect: Dialect): Promise<Bytes> {
  const total = (): number => dialect.traffic().up + dialect.traffic().down;
  let delivered = 0;
  const speaker = await dialect.pair(0, BYTES, (texts) => {
    delivered += texts;
  });
  const say = async (): Promise<void> => {
    const wanted = delivered + 1;
    speaker.say();
    while (delivered < wanted) await setTimeout(1);
    await setTimeout(PAUSE);
  };
  await say();
  const first = total();
  for (let n = 0; n < TEXTS; n++) await say();
  return { first: figures(first), next: figures((total() - first) / TEXTS) };
}
