import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeName } from './save-file.ts';

test('a file that was sent cannot choose its folder, hide or be a dot file', () => {
  expect(safeName('../../.ssh/authorized_keys')).toBe('__.._.ssh_authorized_keys');
  expect(safeName('C:\\x.exe')).toBe('C__x.exe');
  expect(safeName('.bashrc')).toBe('_bashrc');
  expect(safeName('a\u001b[2J\u202egpj.exe')).toBe('a␛[2J�gpj.exe');
  expect(safeName('')).toBe('file');
});

test('no name leads anywhere else (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(safeName(name)).toMatch(/^[^./\\][^/\\]*$/u);
    }),
  );
});
