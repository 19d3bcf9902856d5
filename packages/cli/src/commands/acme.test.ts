/** Certificates from an authority, by the program that Let's Encrypt tests its clients with, in a network namespace of our own. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Shown } from '../test/acme-scenario.ts';
import { runHere, TemporaryFolder } from '../test/cli.ts';

const scenario = join(import.meta.dirname, '..', 'test', 'acme-scenario.ts');
const own = ['--net', '--pid', '--fork', '--kill-child=SIGKILL'];
const flags = process.getuid?.() === 0 ? own : ['--user', '--map-root-user', ...own];
const inside = (command: string) => [
  ...flags,
  'sh',
  '-c',
  `PATH=$PATH:/usr/sbin:/sbin; ${command}`,
];

/** Why this cannot be tried here; undefined where it can. */
function whyNot(): string | undefined {
  const pebble = spawnSync('sh', ['-c', 'command -v pebble && command -v pebble-challtestsrv']);
  if (pebble.status !== 0) return 'there is no pebble (Debian: pebble)';
  const { status } = spawnSync('unshare', inside('ip link set lo up'));
  return status === 0 ? undefined : 'network namespaces are not allowed, or there is no ip';
}

const reason = whyNot();
if (reason !== undefined) console.warn(`Certificates are not fetched here: ${reason}.`);

describe.skipIf(reason !== undefined)('polynya bridge --acme', () => {
  test('gets a certificate for a name and an address over port 443, keeps it, and stands without', async () => {
    using folder = new TemporaryFolder();
    const command = `ip link set lo up; exec "${process.execPath}" "${scenario}" "${folder.in('.')}"`;
    const { stdout } = await promisify(execFile)('unshare', inside(command));
    const seen = JSON.parse(stdout) as Record<'without' | 'first' | 'again', Said> & {
      readonly mode: number;
      readonly pem: readonly string[];
    };
    const { without, first, again } = seen;
    expect(without).toMatchObject({ names: 'DNS:bakery.test', issuer: 'bakery.test' });
    expect(without.notes).toMatch(
      /^No certificate for bakery\.test, 127\.0\.0\.1 came \(.*\): clients see one of our own making\.\n$/,
    );
    expect(first.names).toBe('DNS:bakery.test, IP Address:127.0.0.1');
    expect(first.issuer).toMatch(/^Pebble/);
    expect(first.notes).toMatch(/^A certificate for bakery\.test, 127\.0\.0\.1 came, good until /);
    expect(again).toEqual({ ...first, notes: '' });
    expect(seen.mode).toBe(0o600);
    expect(seen.pem[0]).toBe('BEGIN PRIVATE KEY');
    expect(seen.pem[1]).toBe('BEGIN CERTIFICATE');
  }, 180_000);
});

interface Said extends Shown {
  readonly notes: string;
}

test('what is no name, authority or mail address is told in one sentence, and a certificate that is given besides', async () => {
  using folder = new TemporaryFolder();
  const bridge = ['bridge', '--to', 'https://chat.example', '--data', folder.in('bridge')];
  const server = ['serve', '--data', folder.in('data')];
  const wrong: [string[], RegExp][] = [
    [
      [...bridge, '--acme', 'localhost'],
      /^--acme \(acme\.names\) takes names .*, not "localhost"\.\n$/,
    ],
    [
      [...bridge, '--acme', 'a.example', '--acme-directory', 'http://a/'],
      /^acme\.directory takes an https URL/,
    ],
    [
      [...server, '--acme', 'a.example', '--set', 'acme.contact=me'],
      /^acme\.contact takes a mail address/,
    ],
    [
      [...server, '--acme', 'a.example', '--tls', scenario, scenario],
      /^A certificate is given or fetched/,
    ],
    [
      [...server, '--decoy', folder.in('none')],
      /^The web site in .*none cannot be read \(ENOENT\)\.\n$/,
    ],
  ];
  for (const [args, sentence] of wrong) {
    const { code, out, err } = await runHere(args);
    expect({ code: code === 0, out }).toEqual({ code: false, out: '' });
    expect(err).toMatch(sentence);
  }
});
