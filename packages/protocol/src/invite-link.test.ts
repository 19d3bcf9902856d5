import * as cborg from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from './bytes.ts';
import { type Cbor, encodeCbor } from './cbor.ts';
import { decodeInvite, encodeInvite, type Invite, inviteLink } from './invite-link.ts';
import { damaged } from './test/arbitrary.ts';
import { refusal } from './test/refusal.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const common = {
  identity: exactly(32),
  endpoints: fc.array(fc.webUrl({ size: 'small' }), { minLength: 1, maxLength: 16 }),
  secret: exactly(32),
};
const invites: fc.Arbitrary<Invite> = fc.oneof(
  fc.record({ kind: fc.constant('server' as const), ...common }),
  fc.record({ kind: fc.constant('seat' as const), ...common, inviter: exactly(16) }),
  fc.record({ kind: fc.constant('device' as const), ...common }),
  fc.record({
    kind: fc.constant('recovery' as const),
    identity: common.identity,
    endpoints: common.endpoints,
  }),
);
const key = new Uint8Array(32).fill(1);
const payload = (...fields: Cbor[]) => toBase64url(encodeCbor(fields));

describe('an invite link', () => {
  it('holds any invite after the # of a page, and gives it back', () => {
    fc.assert(
      fc.property(invites, (invite) => {
        const link = inviteLink('https://host.example/s/', invite);
        expect(link).toBe(`https://host.example/s/#${encodeInvite(invite)}`);
        expect(decodeInvite(link)).toEqual(invite);
        expect(decodeInvite(encodeInvite(invite))).toEqual(invite);
        expect(decodeInvite(` \n${link}\t`)).toEqual(invite);
      }),
    );
  });

  it('is the CBOR of docs/protocol.md section 7 in base64url', () => {
    fc.assert(
      fc.property(invites, (invite) => {
        const { kind, identity, endpoints } = invite;
        const number = ['server', 'seat', 'device', 'recovery'].indexOf(kind);
        const secrets = kind === 'recovery' ? [] : [invite.secret];
        const inviter = kind === 'seat' ? [invite.inviter] : [];
        const fields = [number, 1, identity, endpoints, ...secrets, ...inviter];
        expect(encodeInvite(invite)).toBe(Buffer.from(cborg.encode(fields)).toString('base64url'));
      }),
    );
  });

  it('drops the fragment of the page it is made for', () => {
    const invite: Invite = { kind: 'server', identity: key, endpoints: ['http://a'], secret: key };
    expect(inviteLink('http://a/#chat', invite)).toBe(inviteLink('http://a/', invite));
  });

  it('of another version is refused as such, whatever else that version has in it', () => {
    expect(refusal(() => decodeInvite(payload(0, 2, key, ['http://a'], key)))).toBe('version');
    expect(refusal(() => decodeInvite(payload(7, 2, 'all different')))).toBe('version');
    expect(refusal(() => decodeInvite(payload(0, 0, key, ['http://a'], key)))).toBe('version');
  });

  it.each([
    ['nothing', ''],
    ['a page without an invite', 'https://host.example/'],
    ['an empty fragment', 'https://host.example/#'],
    ['words', 'hello there'],
    ['bytes that are not CBOR', '_____w'],
    ['a kind that does not exist', payload(4, 1, key, ['http://a'], key)],
    ['no endpoints', payload(0, 1, key, [], key)],
    ['17 endpoints', payload(0, 1, key, new Array<string>(17).fill('http://a'), key)],
    ['an endpoint of 513 letters', payload(0, 1, key, ['a'.repeat(513)], key)],
    ['a short secret', payload(0, 1, key, ['http://a'], key.slice(1))],
    ['a seat without inviter', payload(1, 1, key, ['http://a'], key)],
    ['a server with inviter', payload(0, 1, key, ['http://a'], key, key.slice(16))],
    ['a version that is text', payload(0, '1', key, ['http://a'], key)],
    ['a million letters', 'A'.repeat(1_000_000)],
  ])('that is %s is malformed', (_, link) => {
    expect(refusal(() => decodeInvite(link))).toBe('malformed');
  });

  it('takes 16 endpoints of 512 letters', () => {
    const endpoints = new Array<string>(16).fill('я'.repeat(512));
    const invite: Invite = { kind: 'server', identity: key, endpoints, secret: key };
    expect(decodeInvite(encodeInvite(invite))).toEqual(invite);
  });

  it('that was damaged gives a typed error or an invite, never anything else', () => {
    const payloads = invites.map((invite) => fromBase64url(encodeInvite(invite)));
    fc.assert(
      fc.property(damaged(payloads), fc.string(), (bytes, noise) => {
        const outcomes = ['accepted', 'malformed', 'version'];
        expect(outcomes).toContain(refusal(() => decodeInvite(toBase64url(bytes))));
        expect(outcomes).toContain(refusal(() => decodeInvite(noise)));
      }),
      { numRuns: 500 },
    );
  });
});
