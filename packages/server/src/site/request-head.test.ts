import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodySkipper } from './body-skipper.ts';
import { HeadReader } from './request-head.ts';
import { bytesOf, Site } from './site.ts';

const read = (text: string) => new HeadReader().read(Buffer.from(text, 'latin1'));

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

  test('is read in pieces as it is read at once', () => {
    const whole = '\r\nGET /a HTTP/1.1\r\nHost: h\r\nX:  y  \r\r\n\nGET';
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
        const reader = new HeadReader();
        for (const cut of cuts.sort((a, b) => a - b)) {
          const head = reader.read(Buffer.from(whole.slice(0, cut)));
          if (head.state === 'more') continue;
          expect(head).toEqual(read(whole));
          return;
        }
        expect(reader.read(Buffer.from(whole))).toEqual(read(whole));
      }),
    );
  });

  test('of many blanks or line ends is read as fast as any', () => {
    const blanks = `GET / HTTP/1.1\r\nHost: h\r\nX: ${' '.repeat(8_000)}y${' '.repeat(100)}\r\n\r\n`;
    expect(read(blanks)).toMatchObject({ request: { headers: { x: 'y' } } });
    expect(read(`GET / HTTP/1.1\r\nHost: h${'\r'.repeat(8_000)}\r\n\r\n`).state).toBe('whole');
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

test('whatever is a request gets an answer that can be sent', () => {
  const site = new Site();
  const bytes = fc
    .uint8Array({ maxLength: 20 })
    .map((list) => Buffer.from(list).toString('latin1'));
  const target = bytes.map((text) => `/${text}`);
  const header = fc.constantFrom('Range', 'If-Range', 'If-Match', 'If-None-Match', 'User-Agent');
  const dated = fc.constantFrom('If-Modified-Since', 'If-Unmodified-Since', 'Content-Length');
  const headers = fc.array(fc.tuple(fc.oneof(header, dated), bytes));
  fc.assert(
    fc.property(target, fc.oneof(fc.constant('a.example'), bytes), headers, (path, host, more) => {
      const lines = more.map(([name, value]) => `${name}: ${value}`);
      const head = read([`GET ${path} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join('\r\n'));
      if (head.state !== 'whole') return;
      const answer = site.answer(head.request, { secure: true, port: 8_443 });
      expect(bytesOf(answer, '1.1').toString('latin1')).toMatch(/^HTTP\/1\.1 \d{3} [^\r\n]+\r\n/);
    }),
  );
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
