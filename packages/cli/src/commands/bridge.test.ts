import { writeFileSync } from 'node:fs';
import { selfSigned } from '@polynya/server/bridge/self-signed';
import { expect, test } from 'vitest';
import { runHere, start, TemporaryFolder } from '../test/cli.ts';

test('it prints the line for its server, the same at each start, and shows a site', async () => {
  using folder = new TemporaryFolder();
  const lines: string[] = [];
  for (let round = 0; round < 2; round++) {
    const to = ['--to', 'https://chat.example', '--public', 'https://bakery.example'];
    const bridge = start('bridge', ...to, '--port', '0', '--data', folder.in('bridge'));
    const [, line = ''] = await bridge.until(
      /^For whoever runs https:\/\/chat\.example\/s: .*\n(\S+)$/m,
    );
    lines.push(line);
    expect(await bridge.stop('SIGTERM')).toMatchObject({ code: 0, err: '' });
  }
  expect(lines[0]).toMatch(/^https:\/\/bakery\.example\/[\w-]{22}$/);
  expect(lines[1]).toBe(lines[0]);
});

test('what cannot be used is told in one sentence', async () => {
  using folder = new TemporaryFolder();
  const data = ['--data', folder.in('bridge'), '--port', '0'];
  const to = ['--to', 'https://chat.example'];
  const { cert } = selfSigned('127.0.0.1');
  writeFileSync(folder.in('cert.pem'), cert);
  writeFileSync(folder.in('key.pem'), 'no key');
  const tls = ['--tls', folder.in('cert.pem'), folder.in('key.pem')];
  const wrong: [string[], RegExp][] = [
    [[], /^A bridge leads somewhere: --to https:\/\/the-server\.example\n$/],
    [['--to', 'chat.example'], /^--to takes a URL like https:\/\/example\.org, not/],
    [[...to, '--site', folder.in('none')], /^The bridge cannot start \(ENOENT/],
    [[...to, ...tls], /^The certificate or its key cannot be used/],
  ];
  for (const [args, sentence] of wrong) {
    const { code, out, err } = await runHere(['bridge', ...data, ...args]);
    expect({ code: code === 0, out }).toEqual({ code: false, out: '' });
    expect(err).toMatch(sentence);
  }
});

test('the folder of a dead drop may be said where other users of the machine do not see its password', async () => {
  using folder = new TemporaryFolder();
  const args = ['--to', 'https://chat.example', '--port', '0', '--data', folder.in('bridge')];
  const { code, err } = await runHere(['bridge', ...args], { POLYNYA_DROP: 'ftp://me:secret@a/b' });
  expect(code).not.toBe(0);
  expect(err).toMatch(/^--drop \(POLYNYA_DROP\) takes the URL of a folder like/);
  expect(err).not.toContain('secret');
});
