import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let clone = '';
const file = (path: string) => join(clone, path);
const stamp = 'node_modules/.polynya-lock';
const program = 'packages/cli/dist/main.cjs';
const lock = '{"lockfileVersion":3}';

function write(path: string, content: string): void {
  mkdirSync(dirname(file(path)), { recursive: true });
  writeFileSync(file(path), content);
}

/** Stands in for npm: does what `script` says where npm would have installed. */
const npm = (script: string) => write('npm-cli.js', `const fs = require('node:fs'); ${script}`);

const markInstalled = () => write(stamp, createHash('sha256').update(lock).digest('hex'));

const bootstrap = (...args: string[]) =>
  spawnSync(process.execPath, [file('scripts/bootstrap.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: file('npm-cli.js') },
  });

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'polynya clone '));
  mkdirSync(file('scripts'));
  copyFileSync(join(import.meta.dirname, 'bootstrap.mjs'), file('scripts/bootstrap.mjs'));
  write('package-lock.json', lock);
  write('scripts/program.ts', '');
  write(program, 'console.log(JSON.stringify(process.argv.slice(2)));');
  npm("throw new Error('npm must not run');");
});
afterEach(() => rmSync(clone, { recursive: true }));

test('a clone without dependencies installs those of its lock file, once', () => {
  npm(
    "fs.mkdirSync('node_modules'); fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');",
  );
  expect(bootstrap('cli', 'a b', '--c')).toMatchObject({ status: 0, stdout: '["a b","--c"]\n' });
  expect(bootstrap('cli')).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(file('calls'), 'utf8')).toMatch(/^ci --include=dev [^\n]*\n$/);
});

test('a changed lock file is installed anew', () => {
  write(stamp, 'the hash of an older lock file');
  npm("fs.rmSync('node_modules', { recursive: true }); fs.mkdirSync('node_modules');");
  const { status, stderr } = bootstrap('cli');
  expect({ status, stderr }).toEqual({ status: 0, stderr: 'Installing dependencies…\n' });
});

test('a failed installation says so in a sentence, runs nothing and is tried again', () => {
  npm("fs.mkdirSync('node_modules', { recursive: true }); process.exit(3);");
  const { status, stdout, stderr } = bootstrap('cli');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('npm ci ended with code 3');
  expect(existsSync(file(stamp))).toBe(false);
});

test('an unknown command and a missing program are each told in a sentence', () => {
  markInstalled();
  expect(bootstrap('toString').stderr).toMatch(/^There is no command "toString": say one of .*\n$/);
  rmSync(file('packages'), { recursive: true });
  const { status, stderr } = bootstrap('cli');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^packages\/cli\/dist\/main\.cjs is missing: .*\n$/);
});

test("the program's exit code is passed on, and a plain `node` in it is the pinned one", () => {
  markInstalled();
  write(
    program,
    "const { execSync } = require('node:child_process'); process.stdout.write(execSync('node -v')); process.exitCode = 42;",
  );
  expect(bootstrap('cli')).toMatchObject({ status: 42, stdout: `${process.version}\n` });
});

test.runIf(process.platform !== 'win32')(
  'SIGTERM reaches the program, which may end in its own way',
  async () => {
    markInstalled();
    write(
      program,
      "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1e6); console.log('up');",
    );
    const child = spawn(process.execPath, [file('scripts/bootstrap.mjs'), 'cli']);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  },
);

test.runIf(process.platform !== 'win32')(
  'a program dies with the shell that npm ran us in',
  async () => {
    markInstalled();
    write(
      program,
      "process.on('SIGTERM', () => { console.log('stopped'); process.exit(); }); setInterval(() => {}, 1e6); console.log('up');",
    );
    const script = `"${process.execPath}" "${file('scripts/bootstrap.mjs')}" cli; true`;
    const shell = spawn('sh', ['-c', script], {
      env: { ...process.env, npm_lifecycle_event: 'cli' },
    });
    await once(shell.stdout, 'data');
    shell.kill('SIGKILL');
    const [last] = await once(shell.stdout, 'data');
    expect(String(last)).toBe('stopped\n');
  },
);
