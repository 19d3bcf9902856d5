import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodySkipper } from './body-skipper.ts';
import { readHead } from './request-head.ts';

const read = (text: string) => readHead(Buffer.from(text, 'latin1'));

describe('a head', () => {
  test('is whole at its empty line, and what follows is not looked at', () => {
    const head = 'POST /a?b HTTP/1.1\r\nHost: x\r\nX-Y:  z \r\n\r\n';
    expect(read(`${head}body`)).toEqual({
      state: 'whole',
      length: head.length,
      request: {
        ...{ method: 'POST', target: '/a?b', version: '1.1' },
        headers: { host: 'x', 'x-y': 'z' },
      },
    });
  });

  test.each([
    ['a method in lower case', 'get / HTTP/1.1\r\n'],
    ['a blank before a name', 'GET / HTTP/1.1\r\n folded: x'],
    ['a byte that no request begins with', '\u0001'],
    ['a target that is no path', 'GET a'.padEnd(9, '*')],
  ])('is refused before it is whole for %s', (_, text) => {
    expect(read(`${text} \r\n`)).toMatchObject({ state: 'refused', status: 400 });
  });

  test('may come in pieces: none of them is refused when the whole is not', () => {
    const whole = 'GET https://h/p HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n';
    for (let length = 0; length < whole.length; length++) {
      expect([length, read(whole.slice(0, length))]).toEqual([length, { state: 'more' }]);
    }
  });

  test('is taken or refused, whatever comes, and never the other way by what follows', () => {
    const piece = fc.constantFrom(
      ...[
        'GET',
        ' ',
        '/',
        '/a',
        'HTTP/1.1',
        'HTTP/1',
        '\r\n',
        '\n',
        'Host: x',
        ':',
        '\0',
        'é',
        'a',
      ],
      ...['Content-Length: 3', 'Transfer-Encoding: chunked', '\r', '%', '?'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.nat(40), (pieces, cut) => {
        const text = pieces.join('');
        const early = read(text.slice(0, cut));
        if (early.state === 'whole') expect(read(text)).toEqual(early);
        if (early.state === 'refused') expect(read(text).state).toBe('refused');
      }),
    );
  });
});

describe('a body', () => {
  const chunked = { 'transfer-encoding': 'chunked' };

  test('is passed over by its length or its chunks, however it is cut', () => {
    const bodies: [Record<string, string>, string][] = [
      [{ 'content-length': '5' }, 'abcde'],
      [chunked, '3\r\nabc\r\n1a;x=y\r\n01234567890123456789012345\r\n0\r\nTrailer: x\r\n\r\n'],
      [{}, ''],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(fc.nat(60)), ([headers, body], cuts) => {
        const bytes = Buffer.from(`${body}GET`);
        const ends = [
          ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b),
          bytes.length,
        ];
        const skipper = new BodySkipper(headers);
        let rest = Buffer.alloc(0) as Buffer;
        let state = 'more';
        let start = 0;
        for (const end of ends) {
          rest = Buffer.concat([rest, bytes.subarray(start, end)]);
          start = end;
          if (state === 'more') ({ state, rest } = skipper.skip(rest));
        }
        expect([state, rest.toString()]).toEqual(['done', 'GET']);
      }),
    );
  });

  test.each(['zz\r\n', '3\r\nabcd', '-1\r\n', `${'0'.repeat(9)}\r\n`, '\r\n'])(
    'that is no chunk is said to be none: %j',
    (bytes) => {
      expect(new BodySkipper(chunked).skip(Buffer.from(bytes)).state).toBe('malformed');
    },
  );
});
