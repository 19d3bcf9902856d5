/** DNS messages and the records in them: what goes in comes out, and nothing that comes in does harm. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAnswer, decodeQuestion, encodeAnswer, encodeQuestion, TYPE } from './message.ts';
import { bytesIn, CARRYING, fromRecords, toRecords } from './records.ts';

const label = fc.stringMatching(/^[a-zA-Z0-9-]{1,63}$/);
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const id = fc.nat(65_535);
const type = fc.constantFrom(...CARRYING);
const room = fc.integer({ min: 64, max: 2_000 });

test('a question says its name, type and how long its answer may be', () => {
  fc.assert(
    fc.property(id, name, type, fc.option(fc.nat(65_535)), (number, asked, kind, most) => {
      const query = encodeQuestion(number, asked, kind, most);
      const question = { id: number, name: asked, type: kind, most };
      expect(decodeQuestion(query)).toMatchObject({ ...question, internet: true, opcode: 0 });
    }),
  );
});

test('bytes come out of the records of any type as they went in, whatever the records’ order, and no longer than said', () => {
  fc.assert(
    fc.property(id, name, type, room, fc.nat(), (number, asked, kind, space, turn) => {
      const bytes = Uint8Array.from({ length: bytesIn(kind, space) }, (_, at) => at * 7);
      const query = encodeQuestion(number, asked, kind, 1_232);
      const question = decodeQuestion(query);
      if (!question) throw new Error('no question');
      const records = toRecords(kind, bytes);
      const at = turn % records.length;
      const turned = [...records.slice(at), ...records.slice(0, at)];
      const message = encodeAnswer(query, question, { records: turned });
      expect(message.length - 12 - question.length).toBeLessThanOrEqual(Math.max(space, 40));
      const answer = decodeAnswer(message);
      expect(answer).toMatchObject({ id: number, name: asked, type: kind, truncated: false });
      const out = fromRecords(kind, answer?.records ?? []);
      expect(Buffer.from(out ?? []).equals(bytes)).toBe(true);
    }),
  );
});

test('records of other types, such as an alias on the way, are passed over', () => {
  const query = encodeQuestion(1, 'a.example', TYPE.TXT, null);
  const question = decodeQuestion(query);
  if (!question) throw new Error('no question');
  const authority = { name: 'example', type: TYPE.SOA, data: new Uint8Array(5) };
  const message = encodeAnswer(query, question, { records: [Buffer.from('\x01a')], authority });
  expect(decodeAnswer(message)?.records).toEqual([Buffer.from('\x01a')]);
});

test('a question is no answer, nor the other way round, and both end where they say', () => {
  const query = encodeQuestion(1, 'a.example', TYPE.TXT, 1_232);
  const question = decodeQuestion(query);
  if (!question) throw new Error('no question');
  const answer = encodeAnswer(query, question, { records: [Buffer.from('\x01a')] });
  expect([decodeAnswer(query), decodeQuestion(answer)]).toEqual([null, null]);
  for (let end = 0; end < answer.length; end++) {
    expect(decodeAnswer(answer.subarray(0, end))).toBeNull();
  }
});

test('arbitrary and damaged messages are read or are none, and nothing else', () => {
  const query = encodeQuestion(1, 'a.example', TYPE.AAAA, 1_232);
  const damaged = fc
    .tuple(fc.nat(query.length - 1), fc.nat(255), fc.nat(query.length))
    .map(([at, value, end]) => {
      const out = Uint8Array.from(query);
      out[at] = value;
      return out.subarray(0, end);
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), type, (bytes, kind) => {
      decodeQuestion(bytes);
      const answered = Uint8Array.from(bytes);
      if (answered[2] !== undefined) answered[2] |= 0x80;
      fromRecords(kind, decodeAnswer(answered)?.records ?? []);
      fromRecords(kind, [bytes]);
    }),
    { numRuns: 2_000 },
  );
});
