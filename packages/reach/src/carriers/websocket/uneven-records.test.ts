import { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { unevenly } from './uneven-records.ts';

/** A stream that notes what is written to it, and gives back what it was made with. */
function noting(...answers: readonly Buffer[]) {
  const written: Buffer[] = [];
  const stream = new Duplex({
    read() {
      for (const answer of answers) this.push(answer);
      this.push(null);
    },
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  return { stream, written };
}

const ended = (stream: Duplex, ...chunks: readonly Uint8Array[]) =>
  new Promise<void>((resolve) => {
    for (const chunk of chunks) stream.write(chunk);
    stream.end(resolve);
  });

test('what is written comes out whole and in order, in pieces of which none is all of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 4, maxLength: 3_000 }), async (bytes) => {
      const { stream, written } = noting();
      await ended(unevenly(stream, systemRandom), bytes);
      expect(new Uint8Array(Buffer.concat(written))).toEqual(bytes);
      expect(written.length).toBeGreaterThan(1);
      expect(Math.max(...written.map(({ length }) => length))).toBeLessThanOrEqual(480);
    }),
  );
});

test('one length leaves in many', async () => {
  const firsts = new Set<number>();
  for (let times = 0; times < 200; times++) {
    const { stream, written } = noting();
    await ended(unevenly(stream, systemRandom), new Uint8Array(264));
    firsts.add(written[0]?.length ?? 0);
  }
  expect(firsts.size).toBeGreaterThan(20);
});

test('what comes in comes as it came, and both end together', async () => {
  const { stream } = noting(Buffer.from('what '), Buffer.from('was said'));
  const uneven = unevenly(stream, systemRandom);
  expect((await buffer(uneven)).toString()).toBe('what was said');
  uneven.destroy();
  expect(stream.destroyed).toBe(true);
});
