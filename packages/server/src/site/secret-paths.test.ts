import { expect, test } from 'vitest';
import { fileOf } from './secret-paths.ts';

test.each(['//elsewhere.example/x', '/\\elsewhere.example/x', '/@elsewhere.example/', '///x'])(
  'a file is asked of the server that the path leads to, also %s',
  (path) => {
    const asked = fileOf({ endpoint: 'https://chat.example:8443/s', path: 'secret' }, path);
    expect(new URL(asked).origin).toBe('https://chat.example:8443');
  },
);
