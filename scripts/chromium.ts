/** Starts a real Chromium for end-to-end tests, with a throw-away profile or one that outlives it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, findChromium } from './find-chromium.ts';

/** How one is started, here and by benches. */
export function chromiumOptions(): LaunchOptions {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) {
    throw new Error('No Chromium found: run the browser tests by `npm test`, which installs one.');
  }
  const args = [
    ...CHROMIUM_ARGUMENTS,
    // WebRTC goes to this machine, too.
    '--allow-loopback-in-peer-connection',
    // Two pages here find each other by address: nobody answers for names of this machine's network.
    '--disable-features=WebRtcHideLocalIpsWithMdns',
    // A test never leaves this machine.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
  ];
  return { executablePath, args };
}

/** A browser whose contexts each have a profile of their own, forgotten when they close. @param more arguments */
export function launch(more: readonly string[] = []): Promise<Browser> {
  const { args = [], ...options } = chromiumOptions();
  return chromium.launch({ ...options, args: [...args, ...more] });
}

/** A folder in which a browser keeps IndexedDB, caches and service workers over its restarts. */
export interface Profile extends AsyncDisposable {
  /** Starts a browser on the profile. Close what it answers before opening the profile again. */
  open(): Promise<BrowserContext>;
}

/** A new, empty profile. Disposing of it closes its browser and deletes it. */
export async function createProfile(): Promise<Profile> {
  const directory = await mkdtemp(join(tmpdir(), 'polynya-profile-'));
  let context: BrowserContext | undefined;
  return {
    async open() {
      context = await chromium.launchPersistentContext(directory, chromiumOptions());
      return context;
    },
    async [Symbol.asyncDispose]() {
      await context?.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
