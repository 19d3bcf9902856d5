/** What is sealed to a KeyPackage: only its owner opens it, and only as what it was sealed as. */
import { expect, test } from 'vitest';
import { now, refusal, rehearsalEngine, utf8 } from './rehearsal.ts';

const engine = rehearsalEngine();
const lifetime = { notBefore: now() - 60, notAfter: now() + 3_600 };
const make = (lastResort: boolean) =>
  engine.keyPackage({ credential: utf8('owner'), lastResort, ...lifetime });
const own = await make(false);
const sealed = await engine.sealTo(own.keyPackage, 'a label', utf8('context'), utf8('hello'));

test('RFC 9420 section 5.1.3: the owner of the KeyPackage opens what was sealed to it', async () => {
  expect(await engine.openSealed(own, 'a label', utf8('context'), sealed)).toEqual(utf8('hello'));
  const lastResort = await make(true);
  const other = await engine.sealTo(lastResort.keyPackage, 'x', utf8(''), utf8(''));
  expect(await engine.openSealed(lastResort, 'x', utf8(''), other)).toEqual(utf8(''));
});

test('nobody else does, and not under another label or context', async () => {
  const other = await make(false);
  for (const attempt of [
    () => engine.openSealed(other, 'a label', utf8('context'), sealed),
    () => engine.openSealed(own, 'another', utf8('context'), sealed),
    () => engine.openSealed(own, 'a label', utf8('other'), sealed),
  ]) {
    expect(await refusal(attempt)).toBe('cannot-open');
  }
});

test('altered bytes, and bytes behind it, are refused', async () => {
  const open = (bytes: Uint8Array) => () =>
    engine.openSealed(own, 'a label', utf8('context'), bytes);
  for (const at of [0, 1, 2, 40, 1_100, sealed.length - 1]) {
    const altered = sealed.map((byte, i) => (i === at ? byte ^ 1 : byte));
    expect(['malformed', 'cannot-open']).toContain(await refusal(open(altered)));
  }
  expect(await refusal(open(Uint8Array.of(...sealed, 0)))).toBe('malformed');
  expect(await refusal(open(new Uint8Array(0)))).toBe('malformed');
});

test('what is no KeyPackage gets nothing sealed', async () => {
  const half = own.keyPackage.subarray(0, 1_000);
  const seal = () => engine.sealTo(half, 'a label', utf8('context'), utf8('hello'));
  expect(await refusal(seal)).toBe('malformed');
});
