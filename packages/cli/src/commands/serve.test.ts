import { existsSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { selfSigned } from '@polynya/server/bridge/self-signed';
import { describe, expect, test } from 'vitest';
import {
  bundled,
  freePort,
  polynya,
  Running,
  serve,
  start,
  TemporaryFolder,
  until,
} from '../test/cli.ts';

test('it says where it runs, whom the link admits and how to stop, and serves the page', async () => {
  using folder = new TemporaryFolder();
  const server = await serve(folder.in('data'));
  expect(server.out).toBe(
    [
      `Polynya runs at http://127.0.0.1:${server.port} and keeps its data in ${folder.in('data')}.`,
      '',
      'This link admits 50 people within 7 days; polynya invite makes another:',
      server.link,
      '',
      'Stop it with Ctrl-C.',
      '',
    ].join('\n'),
  );
  const page = await fetch(`http://127.0.0.1:${server.port}/`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<html');
  const { code, err } = await server.stop('SIGTERM');
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test('as a bundle it does the same, from the same folders', async () => {
  using folder = new TemporaryFolder();
  const program = await bundled();
  const server = new Running(program, ['serve', '--port', '0', '--data', folder.in('data')]);
  const [link = ''] = await server.until(/^https?:\/\/\S+#\S+$/m);
  await server.until(/Ctrl-C/);
  const page = await fetch(new URL('/', link));
  expect(await page.text()).toContain('<html');
  const joins = ['join', link, '--name', 'Anna', '--profile', folder.in('anna')];
  expect(await new Running(program, joins).ended()).toMatchObject({ code: 0, err: '' });
  const asked = await new Running(program, ['status', '--data', folder.in('data')]).ended();
  expect(asked).toMatchObject({ code: 0, err: '' });
  expect(await new Running(program, ['--version']).ended()).toEqual(await polynya('--version'));
  expect(await server.stop('SIGTERM')).toMatchObject({ code: 0, err: '' });
});

test('unless told otherwise, its link admits ten people within a week', async () => {
  using folder = new TemporaryFolder();
  const server = start('serve', '--port', '0', '--data', folder.in('data'));
  await server.until(/^This link admits 10 people within 7 days; polynya invite makes another:$/m);
  await server.until(/Ctrl-C/);
  expect((await server.stop('SIGTERM')).code).toBe(0);
});

test('Ctrl-C stops it as well, and nothing of it is left but what it keeps', async () => {
  using folder = new TemporaryFolder();
  const server = await serve(folder.path);
  expect((await server.stop('SIGINT')).code).toBe(0);
  expect(existsSync(folder.in('control.sock'))).toBe(false);
});

test('it goes on when nobody reads its greeting, and ends as ever', async () => {
  using folder = new TemporaryFolder();
  const port = await freePort();
  const server = start('serve', '--port', String(port), '--data', folder.path);
  server.stopListening();
  // The way of `polynya invite` is open when all has been said.
  const invited = () => polynya('invite', '--data', folder.path);
  await until(async () => (await invited()).code === 0);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  expect(await server.stop('SIGTERM')).toMatchObject({ code: 0, err: '' });
});

test('a PostgreSQL that does not answer is told in one sentence, without its password', async () => {
  using folder = new TemporaryFolder();
  const url = `postgres://host:hunter2@127.0.0.1:${await freePort()}/none`;
  const { code, out, err } = await polynya('serve', '--data', folder.path, '--postgres', url);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe('The PostgreSQL database does not answer (ECONNREFUSED).\n');
});

test('its data is for the host alone', async () => {
  using folder = new TemporaryFolder();
  const server = await serve(folder.in('data'));
  expect(statSync(folder.in('data')).mode & 0o077).toBe(0);
  await server.stop('SIGTERM');
});

test('each start and each `polynya invite` makes an invite of its own to the same server', async () => {
  using folder = new TemporaryFolder();
  const server = await serve(folder.path);
  const made = await polynya('invite', '--data', folder.path, '--uses', '3', '--days', '1');
  expect(made.code).toBe(0);
  expect(made.out.trim()).not.toBe(server.link);
  expect(made.out).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${server.port}/#\\S+\\n$`));
  await server.stop('SIGTERM');
  expect(await polynya('invite', '--data', folder.path)).toEqual({
    code: 1,
    out: '',
    err: `No server runs on ${folder.path}: start it with polynya serve, or name its folder with --data.\n`,
  });
});

test('with TLS other devices find it by the name in the certificate, and by a QR code', async () => {
  using folder = new TemporaryFolder();
  const { cert, key } = selfSigned('polynya.test');
  writeFileSync(folder.in('cert.pem'), cert);
  writeFileSync(folder.in('key.pem'), key);
  const port = String(await freePort());
  const server = start(
    'serve',
    ...['--host', '127.0.0.1', '--port', port, '--data', folder.in('data')],
    ...['--tls', folder.in('cert.pem'), folder.in('key.pem')],
  );
  await server.until(new RegExp(`Polynya runs at https://polynya\\.test:${port} and`));
  await server.until(/█[\s\S]*Ctrl-C/);
  expect((await server.stop('SIGTERM')).code).toBe(0);
});

describe('what keeps it from starting is told in one sentence, with exit code 1:', () => {
  const refuses = async (sentence: RegExp, ...args: string[]) => {
    const { code, out, err } = await polynya('serve', '--port', '0', ...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(sentence);
    expect(err.trimEnd()).not.toContain('\n');
  };

  test('another server on the same data', async () => {
    using folder = new TemporaryFolder();
    const server = await serve(folder.path);
    await refuses(/Another server is running on .*: stop it first\./, '--data', folder.path);
    await server.stop('SIGTERM');
  });

  test('a port in use', async () => {
    using folder = new TemporaryFolder();
    const server = await serve(folder.in('one'));
    const port = String(server.port);
    await refuses(
      /^Port \d+ of 127\.0\.0\.1 is in use/,
      '--port',
      port,
      '--data',
      folder.in('two'),
    );
    await server.stop('SIGTERM');
  });

  test('a zone that is none', async () => {
    using folder = new TemporaryFolder();
    const { code, err } = await polynya('serve', '--data', folder.path, '--dns', 'zone');
    expect(code).toBe(2);
    expect(err).toMatch(/^--dns takes the name of a zone like t\.example\.org, not "zone"\.\n$/);
  });

  test('a damaged database', async () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.in('polynya.db'), 'no database '.repeat(1_000));
    await refuses(/The database .* is damaged/, '--data', folder.path);
  });

  test('a database of a newer version', async () => {
    using folder = new TemporaryFolder();
    const database = new DatabaseSync(folder.in('polynya.db'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    await refuses(/made by a newer version/, '--data', folder.path);
  });

  test('a certificate that is not there, or is none', async () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.in('cert.pem'), 'no certificate');
    const data = ['--data', folder.in('data')];
    await refuses(/The certificate .* does not exist\./, ...data, '--tls', folder.in('x'), 'y');
    const both = [folder.in('cert.pem'), folder.in('cert.pem')];
    await refuses(/The certificate or its key cannot be used/, ...data, '--tls', ...both);
  });
});

test.each([
  'serve --port 99999',
  'serve --tls cert.pem',
  'serve --public example.org',
  'serve now',
  'invite --uses 0',
  'nothing',
  'constructor',
])('a wrong command line (%s) changes nothing and ends with 2', async (line) => {
  using folder = new TemporaryFolder();
  const args = line.split(' ');
  const data = args[0] === 'serve' ? ['--data', folder.in('data')] : [];
  const { code, err } = await polynya(...args, ...data);
  expect(code).toBe(2);
  expect(err.trimEnd()).not.toContain('\n');
  expect(existsSync(folder.in('data'))).toBe(false);
});
