/** Our scrypt is that of RFC 7914, and of the library that audits have read. */
import { scrypt as other } from '@noble/hashes/scrypt.js';
import { expect, it } from 'vitest';
import { bytes } from './contract.ts';
import { scrypt } from './scrypt.ts';

it.each([
  ['', '', 16, 1, '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442'],
  ['pleaseletmein', 'SodiumChloride', 16_384, 8, '7023bdcb3afd7348461c06cd81fd38eb'],
])('RFC 7914, section 12: %j', async (password, salt, cost, r, begins) => {
  const made = await scrypt(bytes(password), bytes(salt), { cost, r });
  expect(Buffer.from(made).toString('hex').startsWith(begins)).toBe(true);
});

it('gives what the library gives, with the parameters of a lock', async () => {
  const [password, salt] = [bytes('четыре слова и ещё'), bytes('sixteen letters!')];
  const made = await scrypt(password, salt, { cost: 1_024, r: 8 });
  expect(made).toEqual(other(password, salt, { N: 1_024, r: 8, p: 1, dkLen: 32 }));
});
