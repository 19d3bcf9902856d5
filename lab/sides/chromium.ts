/**
 * A real Chromium on one of the lab's hosts: its packets leave by that host's cable, it asks that host's resolver,
 * and it trusts the lab's authority because its profile's own certificate store (NSS) says so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../scripts/find-chromium.ts';
import { inHost } from '../network/build.ts';
import type { HostName } from '../network/plan.ts';

/** For a machine that does much else beside, ms. */
export const PATIENCE = 60_000;

export interface ChromiumPlan {
  readonly host: HostName;
  /** The browser's home: made if it is not there, and what the browser keeps in it outlives the browser. */
  readonly folder: string;
  /** PEM of the authority that it trusts. */
  readonly caPath: string;
  /** More of the command line. */
  readonly args?: readonly string[];
}

/** One sentence that says why no Chromium can run in the lab, and what to do; undefined where one can. */
export function whyNoChromium(): string | undefined {
  if (findChromium(process.env) === undefined) {
    return 'The rows of a real browser need Chromium: install the package chromium.';
  }
  const { status } = spawnSync('sh', ['-c', 'command -v certutil']);
  if (status === 0) return undefined;
  return 'The rows of a real browser need certutil: install the package libnss3-tools.';
}

export class Chromium {
  readonly host: HostName;
  readonly context: BrowserContext;

  private constructor(host: HostName, context: BrowserContext) {
    this.host = host;
    this.context = context;
  }

  /** Starts it. It is driven by a pipe, so that nothing of that is on any wire. @throws Error when it does not start */
  static async start({ host, folder, caPath, args = [] }: ChromiumPlan): Promise<Chromium> {
    const path = findChromium(process.env);
    if (path === undefined) throw new Error(whyNoChromium());
    const home = join(folder, 'home');
    trust(home, caPath);
    const executablePath = join(folder, 'chromium');
    writeFileSync(executablePath, `#!/bin/sh\nexec ${inHost(host).join(' ')} '${path}' "$@"\n`, {
      mode: 0o755,
    });
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath,
      args: [...CHROMIUM_ARGUMENTS, ...args],
      env: { PATH: process.env.PATH ?? '', HOME: home, TZ: 'UTC' },
      locale: 'en-GB',
      timeout: PATIENCE,
    });
    context.setDefaultTimeout(PATIENCE);
    return new Chromium(host, context);
  }

  /** Its first tab, or the one that was opened last. */
  async page(): Promise<Page> {
    return this.context.pages().at(-1) ?? (await this.context.newPage());
  }

  async stop(): Promise<void> {
    await this.context.close();
  }
}

/** Chromium on Linux takes the authorities of its user from there. */
function trust(home: string, caPath: string): void {
  const store = join(home, '.pki', 'nssdb');
  if (existsSync(store)) return;
  mkdirSync(store, { recursive: true });
  const certutil = (...args: string[]) =>
    execFileSync('certutil', ['-d', `sql:${store}`, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  certutil('-N', '--empty-password');
  certutil('-A', '-n', 'the lab', '-t', 'C,,', '-i', caPath);
}
