import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as whole from 'mlkem';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANGES, leanerLibraries } from './leaner-libraries.ts';

const root = join(import.meta.dirname, '..', '..', '..', 'node_modules');
const files = [
  'qr/index.js',
  'solid-js/dist/solid.js',
  'solid-js/web/dist/web.js',
  'virtua/lib/solid/index.jsx',
  ...['mlKemBase', 'mlKem768', 'consts', 'utils', 'sha3/sha3'].map(
    (file) => `mlkem/esm/src/${file}.js`,
  ),
].map((file) => join(root, file));

test('every change still finds in its library what it takes out', () => {
  const found = CHANGES.filter(({ module, from }) =>
    files.some((file) => module.test(file) && readFileSync(file, 'utf8').search(from) >= 0),
  );
  expect(found).toEqual(CHANGES);
});

describe('ML-KEM-768 of which the page has taken out what it does without', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-leaner-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let lean: typeof whole;
  beforeAll(async () => {
    const input = createRequire(import.meta.url)
      .resolve('mlkem')
      .replace('script', 'esm');
    const build = await rolldown({ input, plugins: [leanerLibraries()], cwd: dirname(input) });
    const file = join(folder, 'lean.mjs');
    await build.write({ file });
    await build.close();
    lean = await import(pathToFileURL(file).href);
  });

  /** Bytes that differ from one `from` to the next. */
  const bytes = (length: number, from: number) =>
    whole.shake256.create({ dkLen: length }).update(Uint8Array.of(from)).digest();

  test('makes the same keys, ciphertexts and secrets, also of a ciphertext that was changed', async () => {
    for (let i = 0; i < 8; i++) {
      const [ours, theirs] = [new lean.MlKem768(), new whole.MlKem768()];
      const keys = await ours.deriveKeyPair(bytes(64, i));
      expect(keys).toEqual(await theirs.deriveKeyPair(bytes(64, i)));
      const sent = await ours.encap(keys[0], bytes(32, 100 + i));
      expect(sent).toEqual(await theirs.encap(keys[0], bytes(32, 100 + i)));
      expect(await ours.decap(sent[0], keys[1])).toEqual(sent[1]);
      sent[0][i] = (sent[0][i] ?? 0) ^ 1;
      const implicit = await ours.decap(sent[0], keys[1]);
      expect(implicit).toEqual(await theirs.decap(sent[0], keys[1]));
      expect(implicit).not.toEqual(sent[1]);
    }
  });

  test('draws its own randomness where none is given', async () => {
    const kem = new lean.MlKem768();
    const [publicKey, privateKey] = await kem.deriveKeyPair(bytes(64, 1));
    const sent = [await kem.encap(publicKey), await kem.encap(publicKey)] as const;
    expect(sent[0]).not.toEqual(sent[1]);
    expect(await kem.decap(sent[1][0], privateKey)).toEqual(sent[1][1]);
  });

  test('refuses a public key that is not reduced', async () => {
    await expect(new lean.MlKem768().encap(new Uint8Array(1184).fill(255))).rejects.toThrow();
  });

  test('hashes the same by SHA3-256 and SHAKE256, at every length about a block', () => {
    for (const length of [0, 1, 135, 136, 137, 272, 1000]) {
      const data = bytes(length, 7);
      const hash = (of: typeof whole) => of.sha3_256.create().update(data).digest();
      const shake = (of: typeof whole) => of.shake256.create({ dkLen: 200 }).update(data).digest();
      expect(hash(lean)).toEqual(hash(whole));
      expect(shake(lean)).toEqual(shake(whole));
    }
  });
});
