/** Where the bytes of one delivered text go, layer by layer, made with the real encoders and the real MLS. */
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { encodeCbor } from '@polynya/protocol/cbor';
import { encodeMessage } from '@polynya/protocol/content';
import { OVERHEAD, padme } from '@polynya/protocol/envelope';
import { down, results, up } from '@polynya/protocol/requests';
import { systemRandom } from '@polynya/reach/clock';
import { atMost, type Row } from './row.ts';

/** Numbers of everyday size: CBOR says larger ones with more bytes. */
const SEQ = 300;
const YEAR = 31_536_000;

/** Each row is what a layer adds, in bytes; for the two large envelopes, then for the acknowledgement. */
export async function anatomy(text: string): Promise<Row[]> {
  const plaintext = encodeMessage({
    at: Math.floor(Date.now() / 1_000),
    seq: SEQ,
    hash: systemRandom(6),
    authenticator: systemRandom(4),
    body: { kind: 'text', text, reply: null, mentions: [] },
  });
  const id = systemRandom(16);
  const body = await sealed(plaintext, id);
  const epoch = 30;
  const request = { op: 'append' as const, n: 3, entries: [{ id, epoch, body }] };
  const asked = encodeCbor(up.encode({ seq: SEQ, calls: [{ id: SEQ, request }] })).length;
  const entry = { seq: SEQ, kind: 0, epoch, id, body, turn: null };
  const push = { item: 'push' as const, n: 3, entries: [entry] };
  const pushed = encodeCbor(down.encode({ seq: SEQ, items: [push] })).length;
  const value = results.append.encode({ seqs: [SEQ] });
  const answer = { item: 'answer' as const, id: SEQ, value };
  const told = encodeCbor(down.encode({ seq: SEQ, items: [answer] })).length;
  const own = { ...push, entries: [{ ...entry, body: new Uint8Array(0) }] };
  const both = encodeCbor(down.encode({ seq: SEQ, items: [own, answer] })).length;
  const layers = (what: string, cbor: number, overhead: number): Row[] => [
    row(`${what}: request or item, with the entry's id`, cbor - body.length),
    row(`${what}: seal of the envelope`, overhead),
    row(`${what}: padding`, padme(cbor + overhead) - cbor - overhead),
  ];
  return [
    row('the text', text.length),
    row('content: time, last seen entry, authenticator', plaintext.length - text.length),
    row('MLS: signature, tags, lengths', body.length - plaintext.length),
    ...layers('up', asked, OVERHEAD.up),
    ...layers('down', pushed, OVERHEAD.down),
    row('an acknowledgement by itself, before padding', told + OVERHEAD.down),
    row(
      'an acknowledgement with the own entry, which has no body, before padding',
      both + OVERHEAD.down,
    ),
  ];
}

async function sealed(plaintext: Uint8Array, id: Uint8Array): Promise<Uint8Array> {
  const now = Math.floor(Date.now() / 1_000);
  const authentication = { accepts: () => Promise.resolve(true) };
  const engine = makeEngine({ authentication, now: () => now });
  const own = await engine.keyPackage({
    credential: systemRandom(99),
    notBefore: now - 60,
    notAfter: now + YEAR / 12,
  });
  const group = await engine.create(systemRandom(16), own);
  return (await group.seal(plaintext, id)).body;
}

const row = (what: string, bytes: number) => atMost(`    ${what}`, bytes, 'B', null);
