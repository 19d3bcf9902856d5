/** The tables of docs/protocol.md name what the code has: a second client is made from the document alone. */
import { readFileSync } from 'node:fs';
import { decodeMessage, type KnownContent } from '@polynya/protocol/content';
import { ERROR_CODES, RETRIABLE } from '@polynya/protocol/protocol-error';
import { call, item, type Op, type Request } from '@polynya/protocol/requests';
import { expect, test } from 'vitest';
import { contents } from './vectors/contents.ts';
import { EXCHANGES, ITEMS } from './vectors/requests.ts';

const text = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');

/** The rows of the table whose header has these cells, each cut into its cells. */
function table(...header: readonly string[]): string[][] {
  const [, below = ''] = text.split(
    `|${header.map((cell) => (cell ? ` ${cell} ` : ' ')).join('|')}|\n`,
    2,
  );
  const rows = below.split('\n\n', 1)[0]?.split('\n').slice(1) ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The names of `a: T, b: U` and of fields that have no type beside them. */
const names = (fields = ''): string[] =>
  fields
    .replaceAll(/\[[^\]]*\]|\([^)]*\)|(?<=\d),(?=\d)/g, '')
    .split(',')
    .map((field) => field.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '');

test('every request stands in the table with its number, fields and result', () => {
  const rows = table('', 'request', 'fields', 'result', 'refused as (besides `malformed`, `busy`)');
  const told = rows.map(([number, op, fields, result]) => ({
    number: Number(number),
    op: op?.replaceAll('`', ''),
    fields: names(fields),
    result:
      result === 'logState' ? ['head', 'first', 'epoch', 'role', 'upTo', 'low'] : names(result),
  }));
  const had = (Object.keys(EXCHANGES) as Op[]).map((op) => {
    const [fields, result] = EXCHANGES[op];
    const encoded = call.encode({ id: 1, request: { op, ...fields } as Request });
    const [number] = (encoded as unknown[][])[1] ?? [];
    return { number, op, fields: Object.keys(fields), result: Object.keys(result) };
  });
  expect(told).toEqual(had);
});

test('every item, error and kind of content stands in its table with its number', () => {
  const items = table('', 'item', 'fields', '');
  expect(items.map(([number, name, fields]) => [Number(number), name, ...names(fields)])).toEqual(
    ITEMS.map((value) => {
      const { item: name, ...fields } = value;
      return [(item.encode(value) as unknown[])[0], name, ...Object.keys(fields)];
    }),
  );

  const errors = table('code', 'error', '', '');
  expect(errors.map(([code, name, kind]) => [name, Number(code), kind])).toEqual(
    Object.entries(ERROR_CODES).map(([name, code]) => {
      return [name, code, name in RETRIABLE ? 'retriable' : 'permanent'];
    }),
  );

  const kinds = table('', 'kind', 'fields', '');
  const bodies = contents().messages.map(({ cbor }) => decodeMessage(cbor).body as KnownContent);
  const first = new Map(bodies.toReversed().map((body) => [body.kind, body]));
  expect(kinds.map(([, kind, fields]) => [kind, ...names(fields)])).toEqual(
    [...first].reverse().map(([kind, body]) => [kind, ...Object.keys(body).slice(1)]),
  );
  expect(kinds.map(([number]) => Number(number))).toEqual(kinds.map((_, at) => at));
});
