import { expect, test } from 'vitest';
import { serversIn } from './primary.ts';

test('a URL may name several servers as libpq has it, with or without ports, user and options', () => {
  expect(
    serversIn('postgres://me@one:5432,two/db?target_session_attrs=read-write&sslmode=disable'),
  ).toEqual(['postgres://me@one:5432/db?sslmode=disable', 'postgres://me@two/db?sslmode=disable']);
  expect(serversIn('postgresql://one,two/db?target_session_attrs=primary')).toEqual([
    'postgresql://one/db',
    'postgresql://two/db',
  ]);
});

test.each(['postgres://me:a,b@one/db', 'postgres://me@/db?host=%2Ftmp', 'postgres://one/db'])(
  'any other stands as it is: %s',
  (url) => expect(serversIn(url)).toEqual([url]),
);
