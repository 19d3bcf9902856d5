/** Finds a Chromium that runs here, or installs one, for the tests that need a real browser. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

type Environment = Readonly<Record<string, string | undefined>>;

const onPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** How a Chromium is started: as root too, without a window, and talking with nobody but the pages that are opened. */
export const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** Where browsers install themselves on systems that do not put them on the PATH. */
function usualPlaces(env: Environment): string[] {
  if (process.platform === 'darwin') {
    const apps = ['/Applications', join(env.HOME ?? '', 'Applications')];
    const names = ['Chromium', 'Google Chrome', 'Microsoft Edge'];
    return apps.flatMap((dir) => names.map((name) => `${dir}/${name}.app/Contents/MacOS/${name}`));
  }
  if (process.platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    const files = ['Google/Chrome', 'Chromium', 'Microsoft/Edge'].map(
      (app) => `${app}/Application/${app.endsWith('Edge') ? 'msedge' : 'chrome'}.exe`,
    );
    return roots.flatMap((dir) => (dir ? files.map((file) => join(dir, file)) : []));
  }
  return [];
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
  // On Windows the question opens a window; elsewhere it tells a browser from a package's stub.
  return process.platform === 'win32' || spawnSync(path, ['--version']).status === 0;
}

/** The path of a Chromium: `CHROMIUM_PATH`, one on the PATH, in the usual places, or Playwright's. */
export function findChromium(env: Environment): string | undefined {
  if (env.CHROMIUM_PATH) return runs(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  const dirs = (env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  const candidates = [
    ...onPath.flatMap((name) => dirs.map((dir) => join(dir, name))),
    ...usualPlaces(env),
    chromium.executablePath(),
  ];
  return candidates.find(runs);
}

/** Installs a Chromium by apt (as root on Debian and its kin), else by Playwright. */
export function installChromium(): void {
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    spawnSync('apt-get', ['-qq', 'update'], quiet);
    const install = ['-qq', '-y', '--no-install-recommends', 'install', 'chromium'];
    if (spawnSync('apt-get', install, { ...quiet, env }).status === 0) return;
  }
  const playwright = join(import.meta.dirname, '..', 'node_modules', 'playwright-core', 'cli.js');
  spawnSync(process.execPath, [playwright, 'install', 'chromium'], quiet);
}
