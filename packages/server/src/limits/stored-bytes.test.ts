import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeliveryBench } from '../test/delivery-bench.ts';
import { id, refused, secret } from '../test/ids.ts';

const DAY = 86_400_000;
const PIECE = 65_536;

let bench: DeliveryBench;
beforeEach(async () => {
  bench = await new DeliveryBench({
    keep: { days: 10 },
    allowance: { stored: 20 * PIECE },
  }).start();
});
afterEach(() => bench.close());

const blobOf = (pieces: number) => ({ blob: id(), hash: secret(), drop: secret(), pieces });
const create = (blob: ReturnType<typeof blobOf>) =>
  bench.session().ask('blob', { ...blob, allowance: bench.allowance });

test('an allowance stores so much at a time, and as much again when that is no longer kept', async () => {
  const first = blobOf(12);
  await create(first);
  await expect(create(blobOf(9))).rejects.toMatchObject(refused('quota'));
  await create(blobOf(8));
  await expect(create(blobOf(1))).rejects.toMatchObject(refused('quota'));
  bench.now += DAY;
  await create(blobOf(2));
  await expect(create(blobOf(1))).rejects.toMatchObject(refused('quota'));
  bench.now += 10 * DAY;
  await create(blobOf(20));
});

test('what is asked again counts once, and what was refused not at all', async () => {
  const blob = blobOf(12);
  await create(blob);
  bench.now += 5 * DAY;
  await create(blob);
  await expect(create({ ...blob, hash: secret() })).rejects.toMatchObject(refused('exists'));
  await create(blobOf(18));
});
