/** What becomes of certificates without any authority; cli has the test with one. */

import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { selfSigned } from '../bridge/self-signed.ts';
import { StorageError } from '../engine/engine.ts';
import { type Certificates, openCertificates } from './certificates.ts';
import { askedName } from './challenges.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'polynya-acme-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** No client asks at port 1: whatever is asked for fails at once. */
function opened(names: readonly string[], now = Date.now()) {
  const said: string[] = [];
  const waits: number[] = [];
  const timers: (() => void)[] = [];
  const certificates = openCertificates({
    ...{ names, dataDir, directory: 'https://127.0.0.1:1/dir' },
    clock: {
      now: () => now,
      setTimeout: (run, ms) => {
        waits.push(ms);
        timers.push(run);
        return () => undefined;
      },
    },
    tell: (sentence) => said.push(sentence),
  });
  return { certificates, said, waits, timers };
}

const nameIn = ({ cert }: Certificates) => new X509Certificate(cert).subject;

function keepInFolder(host: string, days: number): void {
  const { cert, key } = selfSigned(host, days);
  writeFileSync(join(dataDir, 'acme', 'certificate.pem'), key + cert);
}

test('without one there is one of our own making, and the next try is ever later, at most half a day', async () => {
  const { certificates, said, waits, timers } = opened(['a.example', '192.0.2.1']);
  expect(nameIn(certificates)).toBe('CN=a.example');
  const end = certificates.keep();
  for (let round = 1; round <= 9; round++) {
    await expect.poll(() => waits.length, { timeout: 60_000 }).toBe(round);
    timers[round - 1]?.();
  }
  end();
  expect(waits.slice(0, 3)).toEqual([600_000, 1_200_000, 2_400_000]);
  expect(Math.max(...waits)).toBe(43_200_000);
  expect(said[0]).toMatch(
    /^No certificate for a\.example, 192\.0\.2\.1 came \(https.* does not answer: .*\): clients see one of our own making\.$/,
  );
}, 120_000);

test('one that is kept is shown for its names alone, and asked for anew after two thirds of its time', async () => {
  opened(['a.example']);
  keepInFolder('a.example', 90);
  const young = opened(['a.example']);
  expect(nameIn(young.certificates)).toBe('CN=a.example');
  young.certificates.keep()();
  const old = opened(['a.example'], Date.now() + 61 * 86_400_000);
  const end = old.certificates.keep();
  await expect.poll(() => old.said.length, { timeout: 60_000 }).toBe(1);
  end();
  expect(old.said[0]).toMatch(/: the old one goes on\.$/);
  expect(young.said).toEqual([]);
  expect(nameIn(opened(['b.example']).certificates)).toBe('CN=b.example');
}, 90_000);

test('a file that is none is told in one sentence', () => {
  opened(['a.example']);
  writeFileSync(join(dataDir, 'acme', 'certificate.pem'), 'no certificate');
  expect(() => opened(['a.example'])).toThrow(StorageError);
});

test.each([
  ['Chat.example', 'chat.example'],
  ['192.0.2.10', '10.2.0.192.in-addr.arpa'],
  ['2001:db8::1', `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ['::ffff:192.0.2.1', `1.0.2.0.0.0.0.c.f.f.f.f.${'0.'.repeat(20)}ip6.arpa`],
])('an authority asks for %s by the name %s (RFC 8738)', (identifier, name) => {
  expect(askedName(identifier)).toBe(name);
});
