/** The refusals in vectors/: what other implementations must refuse, this one refuses with the same code. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from './bytes.ts';
import { decodeCbor } from './cbor.ts';
import { decodeInvite } from './invite-link.ts';
import { refusal } from './test/refusal.ts';

function vectors<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../../vectors/${name}`, import.meta.url), 'utf8'),
  ) as T;
}

describe('vectors/', () => {
  const { invalid } = vectors<{ invalid: { hex: string; why: string }[] }>('cbor.json');
  it.each(invalid)('CBOR $hex is refused: $why', ({ hex }) => {
    expect(refusal(() => decodeCbor(fromHex(hex)))).toBe('malformed');
  });

  const { refused } = vectors<{
    refused: { payload: string; code: string; why: string }[];
  }>('invite-link.json');
  it.each(refused)('the invite $payload is refused as $code: $why', ({ payload, code }) => {
    expect(refusal(() => decodeInvite(payload))).toBe(code);
  });
});
