/** What a browser opens, by RFC 8291's own example; and who a push service is told that it comes from. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { encryptedWith } from './encryption.ts';
import { Vapid } from './vapid.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

test('RFC 8291, appendix A', () => {
  const body = encryptedWith(
    Buffer.from('When I grow up, I want to be a watermelon'),
    {
      key: bytes(
        'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      ),
      auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
    },
    bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
    bytes('DGv6ra1nlYgDCS1FRnbzlw'),
  );
  expect(Buffer.from(body).toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

test('RFC 8292: a token is for one service, ends within a day, and is signed by the key beside it', () => {
  let now = 1_800_000_000_000;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const vapid = new Vapid(privateKey, 'https://example.org', () => now);
  const [, token = '', key = ''] =
    /^vapid t=([^,]+), k=(.+)$/.exec(vapid.header('https://push.example')) ?? [];
  expect(bytes(key)).toEqual(vapid.publicKey);
  const [head = '', body = '', signature = ''] = token.split('.');
  expect(JSON.parse(String(Buffer.from(head, 'base64url')))).toEqual({ typ: 'JWT', alg: 'ES256' });
  const claims = JSON.parse(String(Buffer.from(body, 'base64url')));
  expect(claims).toEqual({
    aud: 'https://push.example',
    exp: 1_800_000_000 + 12 * 3_600,
    sub: 'https://example.org',
  });
  const signer = { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', Buffer.from(`${head}.${body}`), signer, bytes(signature))).toBe(true);
  expect(vapid.header('https://push.example')).toContain(token);
  expect(vapid.header('https://other.example')).not.toContain(token);
  now += 11.5 * 3_600_000;
  expect(vapid.header('https://push.example')).not.toContain(token);
});
