import { readFileSync } from 'node:fs';
import { fromHex } from '@polynya/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { serverCredentials } from './credentials.ts';
import { TokenBook } from './token-book.ts';

const SECRET = 'AAECAwQFBgcICQoLDA0ODw';
const PASSWORD = 'abcdefghijklmnopqrstuvwx';
const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const made = (now = NOW, password = PASSWORD, secret = SECRET) =>
  serverCredentials(secret, password, now, systemRandom);
const bookAt = (now: number) => new TokenBook(SECRET, () => now);

interface Vector {
  readonly secret: string;
  readonly password: string;
  readonly time: number;
  readonly nonce: string;
  readonly ufrag: string;
  readonly ownPassword: string;
}
const path = new URL('../../../../../vectors/webrtc-direct.json', import.meta.url);
const { credentials } = JSON.parse(readFileSync(path, 'utf8')) as { credentials: Vector[] };

describe('a ufrag that is a token', () => {
  test.each(credentials)('is that of vectors/webrtc-direct.json: $ufrag', async (vector) => {
    const { secret, password, time, nonce, ufrag, ownPassword } = vector;
    const credentials = await serverCredentials(secret, password, time * 1_000, () =>
      fromHex(nonce),
    );
    expect(credentials).toEqual({ ufrag, password: ownPassword });
    const opened = new TokenBook(secret, () => time * 1_000).take(ufrag);
    expect(opened).toEqual({ callerPassword: password, own: credentials });
  });

  test('is taken once', async () => {
    const book = bookAt(NOW);
    const { ufrag, password } = await made();
    expect(book.take(ufrag)).toEqual({ callerPassword: PASSWORD, own: { ufrag, password } });
    expect(book.take(ufrag)).toBeNull();
  });

  test('is taken once however its last letters are written, whose spare bits say nothing', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    for (const length of [22, 23, 24]) {
      const { ufrag } = await made(NOW, 'a'.repeat(length));
      const others = [...letters].flatMap((letter) => [
        ufrag.slice(0, -1) + letter,
        ufrag + letter,
      ]);
      const book = bookAt(NOW);
      expect(others.filter((other) => other !== ufrag && book.take(other))).toEqual([]);
      expect(book.take(ufrag)).not.toBeNull();
    }
  });

  test('is not taken from before the start, when somebody may have seen it used', async () => {
    const { ufrag } = await made(NOW - 1_000);
    expect(bookAt(NOW).take(ufrag)).toBeNull();
  });

  test('is taken up to two hours after and before its time', async () => {
    let now = NOW;
    const book = new TokenBook(SECRET, () => now);
    const [old, late, early, ahead] = [
      await made(NOW),
      await made(NOW + 1_000),
      await made(NOW + 4 * HOUR),
      await made(NOW + 4 * HOUR + 2_000),
    ];
    now = NOW + 2 * HOUR + 1_000;
    expect([old, late, early, ahead].map(({ ufrag }) => book.take(ufrag) !== null)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('of a secret that is as new as the book is taken once, whatever either clock says', async () => {
    const book = new TokenBook(SECRET, () => NOW, true);
    for (const hours of [-300, -3, 3, 300]) {
      const { ufrag } = await made(NOW + hours * HOUR);
      expect([book.take(ufrag) !== null, book.take(ufrag)]).toEqual([true, null]);
    }
  });

  test('of another secret, or changed anywhere, is not taken', async () => {
    const book = bookAt(NOW);
    const other = await made(NOW, PASSWORD, 'BAECAwQFBgcICQoLDA0ODw');
    expect(book.take(other.ufrag)).toBeNull();
    const { ufrag } = await made();
    fc.assert(
      // The last letter has bits that mean nothing.
      fc.property(fc.nat(ufrag.length - 2), fc.constantFrom(...'Az09+/ é'), (at, letter) => {
        if (ufrag[at] === letter) return;
        expect(book.take(ufrag.slice(0, at) + letter + ufrag.slice(at + 1))).toBeNull();
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => book.take(text) === null));
    expect(book.take(ufrag)).not.toBeNull();
  });

  test.each([
    ['none', ''],
    ['of 129 letters', 'a'.repeat(129)],
    ['with a line of its own', 'abc\r\na=candidate'],
  ])('with a password %s is not taken', async (_, password) => {
    const { ufrag } = await made(NOW, password);
    expect(bookAt(NOW).take(ufrag)).toBeNull();
  });
});
