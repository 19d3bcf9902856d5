/** KeyPackages: seats that derive from a secret, and what is refused. */

import { webPrimitives } from '@polynya/crypto/web-primitives';
import { describe, expect, test } from 'vitest';
import { decodeKeyPackage } from './key-packages.ts';
import { makeEngine } from './polynya-engine.ts';
import {
  assemble,
  DAY,
  follow,
  GROUP_ID,
  now,
  openMessage,
  person,
  refusal,
  rehearsalEngine,
  utf8,
} from './rehearsal.ts';

const engine = rehearsalEngine();
const seed = Uint8Array.from({ length: 32 }, (_, at) => at);
const lifetime = { notBefore: 1_700_000_000, notAfter: 4_000_000_000 };
const seat = () => engine.keyPackage({ credential: utf8('seat'), seed, ...lifetime });

describe('a KeyPackage from a seed', () => {
  test('is the same whenever it is derived', async () => {
    expect(await seat()).toEqual(await seat());
  });

  test('differs with the seed', async () => {
    const other = await engine.keyPackage({
      credential: utf8('seat'),
      seed: seed.toReversed(),
      ...lifetime,
    });
    expect(other.ref).not.toEqual((await seat()).ref);
  });

  test('opens a Welcome made for its first derivation', async () => {
    const [inviter] = await assemble(engine, ['inviter']);
    const staged = await inviter?.commit({ add: [(await seat()).keyPackage] });
    const joined = await engine.join(staged?.welcome as Uint8Array, await seat());
    expect(joined.epochAuthenticator).toEqual(staged?.group.epochAuthenticator);
    const sealed = await joined.seal(utf8('hello'));
    const opened = await openMessage(staged?.group as typeof joined, sealed.body);
    expect(opened.sender.credential).toEqual(utf8('seat'));
  });

  test('needs 32 bytes', async () => {
    const short = { credential: utf8('seat'), seed: seed.subarray(1), ...lifetime };
    expect(await refusal(() => engine.keyPackage(short))).toBe('invalid-argument');
  });
});

describe('capabilities', () => {
  const lists = (keyPackage: Uint8Array) => {
    const { versions, ...rest } = decodeKeyPackage(keyPackage).leafNode.capabilities;
    expect(versions).toEqual([1]);
    return Object.values(rest);
  };
  const isGrease = (value: number) => value % 0x1010 === 0x0a0a && value < 0xfafa;

  test('have a GREASE value of each kind, which differ from one KeyPackage to another', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => engine.keyPackage({ credential: utf8('x'), ...lifetime })),
    );
    const drawn = made.map(({ keyPackage }) =>
      lists(keyPackage).map((list) => list.filter(isGrease)),
    );
    for (const values of drawn.flat()) expect(values).toHaveLength(1);
    expect(new Set(drawn.map((values) => values.join())).size).toBeGreaterThan(1);
  });

  test('have none where all derives from a seed', async () => {
    const { keyPackage } = await seat();
    expect(lists(keyPackage)).toEqual([[0xf001], [], [], [1]]);
  });
});

describe('inspection', () => {
  test('tells what a KeyPackage says', async () => {
    const own = await engine.keyPackage({
      credential: (signatureKey) => Uint8Array.of(7, ...signatureKey),
      lastResort: true,
      ...lifetime,
    });
    const seen = await engine.inspect(own.keyPackage);
    expect(seen).toEqual({
      credential: Uint8Array.of(7, ...seen.signatureKey),
      signatureKey: seen.signatureKey,
      initKey: seen.initKey,
      lastResort: true,
      ref: own.ref,
      ...lifetime,
    });
    expect(seen.signatureKey).toHaveLength(32);
    expect(seen.initKey).toHaveLength(1_216);
  });

  test('shows the signature key that was given', async () => {
    const privateKey = seed.slice();
    const signatureKey = {
      publicKey: await webPrimitives.ed25519.publicKey(privateKey),
      privateKey,
    };
    const own = await engine.keyPackage({ credential: utf8('x'), signatureKey, ...lifetime });
    expect((await engine.inspect(own.keyPackage)).signatureKey).toEqual(signatureKey.publicKey);
  });

  test('refuses a KeyPackage that is signed by another key than its own', async () => {
    const signatureKey = {
      publicKey: await webPrimitives.ed25519.publicKey(seed),
      privateKey: seed.toReversed(),
    };
    const own = await engine.keyPackage({ credential: utf8('x'), signatureKey, ...lifetime });
    expect(await refusal(() => engine.inspect(own.keyPackage))).toBe('invalid-key-package');
  });

  test('refuses a lifetime that is over or not begun', async () => {
    const late = rehearsalEngine(() => now() + 2 * DAY);
    const early = rehearsalEngine(() => now() - 2 * DAY);
    const { keyPackage } = await person(engine, 'ann');
    expect(await refusal(() => late.inspect(keyPackage))).toBe('expired');
    expect(await refusal(() => early.inspect(keyPackage))).toBe('expired');
  });

  test('refuses a credential that the authentication service does not accept', async () => {
    const { keyPackage } = await person(engine, 'stranger');
    expect(await refusal(() => engine.inspect(keyPackage))).toBe('unknown-credential');
  });

  test('refuses bytes after the end', async () => {
    const { keyPackage } = await person(engine, 'ann');
    const longer = Uint8Array.of(...keyPackage, 0);
    expect(await refusal(() => engine.inspect(longer))).toBe('malformed');
  });
});

describe('joining', () => {
  test('needs the secrets that belong to the KeyPackage', async () => {
    const [ann, ben] = await Promise.all([person(engine, 'ann'), person(engine, 'ben')]);
    const mixed = { ...ann, secrets: ben.secrets };
    expect(await refusal(() => engine.create(GROUP_ID, mixed))).toBe('malformed');
  });

  test('refuses a Welcome for someone else', async () => {
    const groups = await assemble(engine, ['ann', 'ben']);
    const [cid, dan] = await Promise.all([person(engine, 'cid'), person(engine, 'dan')]);
    const { staged } = await follow(groups, 0, { add: [cid.keyPackage] });
    const { welcome } = staged;
    expect(await refusal(() => engine.join(welcome as Uint8Array, dan))).toBe('not-a-member');
  });

  test('refuses a group with a member whom the authentication service does not accept', async () => {
    const trusting = makeEngine({ authentication: { accepts: async () => true }, now });
    const groups = await assemble(trusting, ['ann', 'stranger']);
    const cid = await person(engine, 'cid');
    const { staged } = await follow(groups, 0, { add: [cid.keyPackage] });
    expect(await refusal(() => engine.join(staged.welcome as Uint8Array, cid))).toBe(
      'unknown-credential',
    );
  });
});
