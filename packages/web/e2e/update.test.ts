/** A tab that is older than its server: of another build, or of another version of the protocol. */
import {
  cpSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemSteadyClock } from '@polynya/reach/steady-clock';
import { makeHostInvite } from '@polynya/server/host/host-invite';
import type { RunningServer } from '@polynya/server/serve';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { writeRelease } from '../build/release.ts';
import { Person } from './person.ts';

const built = join(import.meta.dirname, '..', 'dist');
const folder = mkdtempSync(join(tmpdir(), 'polynya-update-'));
let server: RunningServer;
let port = 0;
let browser: Browser;
let anna: Person;
/** Of the build that the next one comes after. */
let serial = Math.floor(Date.now() / 1_000);

/** A server of this version, or of a later one, on the port and the data of the one before. */
async function serve(pageDir: string, later = false): Promise<RunningServer> {
  vi.resetModules();
  if (later) {
    vi.doMock('@polynya/protocol/limits', async (original) => ({
      ...(await original<object>()),
      PROTOCOL_VERSION: 2,
    }));
  }
  const { startServer } = await import('@polynya/server/serve');
  return startServer({
    dataDir: join(folder, 'data'),
    host: '127.0.0.1',
    port,
    pageDir,
    clock: systemSteadyClock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    log: () => undefined,
  });
}

/** The same page as another build: every file that has a hash in its name has another one. */
function otherBuild(name: string): string {
  const copy = join(folder, name);
  cpSync(built, copy, { recursive: true, filter: (path) => !path.endsWith('.br') });
  const hashed = readdirSync(join(copy, 'assets'));
  const renamed = (file: string) => file.replace(/-[\w-]{8}(?=\.\w+$)/, `-${name}`);
  for (const file of globSync('**/*.{html,js}', { cwd: copy })) {
    const text = readFileSync(join(copy, file), 'utf8');
    const changed = hashed.reduce((all, each) => all.replaceAll(each, renamed(each)), text);
    writeFileSync(join(copy, file), changed);
  }
  for (const file of hashed) {
    renameSync(join(copy, 'assets', file), join(copy, 'assets', renamed(file)));
  }
  serial++;
  writeRelease(copy, { version: name, notes: { en: `This is ${name}.` } }, serial);
  return copy;
}

function buildIn(page: string): string {
  return /<meta name="build" content="([^"]+)"/.exec(
    readFileSync(join(page, 'index.html'), 'utf8'),
  )?.[1] as string;
}

const runs = () =>
  anna.page.locator('meta[name=build]').evaluate((tag) => (tag as HTMLMetaElement).content);

beforeAll(async () => {
  server = await serve(built);
  port = Number(new URL(server.url).port);
  browser = await launch();
  anna = await Person.at(browser);
  await anna.arrive(await makeHostInvite(server, `${server.url}/`, 1, 1), 'Anna');
  await anna.inviteToChat();
  await anna.say('before');
  await anna.marked('before', anna.words.stateSent);
});

afterAll(async () => {
  vi.doUnmock('@polynya/protocol/limits');
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('an old tab', () => {
  it('reloads itself when the server has a new build', async () => {
    expect(await runs()).toContain(buildIn(built));
    await server.close();
    const page = otherBuild('newer');
    server = await serve(page);
    await expect.poll(runs, { timeout: 60_000 }).toContain('index-newer.js');
    await anna.sees('before');
    await anna.page.getByText('This is newer.').waitFor();
  });

  it('takes no release that another key signed, says so, and takes it once the person trusts that key', async () => {
    await server.close();
    renameSync(join(folder, 'data', 'release-key.pem'), join(folder, 'kept.pem'));
    server = await serve(otherBuild('strange'));
    await anna.page.getByText(anna.words.updateRefused).waitFor();
    await anna.page.reload();
    await anna.page.getByText(anna.words.updateRefused).waitFor();
    expect(await runs()).toContain('index-newer.js');
    await anna.button(anna.words.details).click();
    await anna.page.getByText(anna.words.updateRefusedWhy['other-key']).waitFor();
    await anna.expectAccessible();
    await anna.shot('update-refused');
    await anna.button(anna.words.keyTrust).click();
    await expect.poll(runs, { timeout: 60_000 }).toContain('index-strange.js');
    await anna.sees('before');
  });

  it('only offers to, while something is being typed, and has it sent first', async () => {
    await anna.composer.fill('half a sen');
    await server.close();
    server = await serve(otherBuild('newest'));
    await anna.page.getByText(anna.words.newBuild).waitFor();
    await anna.expectAccessible();
    await anna.composer.press('Enter');
    await expect.poll(runs, { timeout: 60_000 }).toContain('index-newest.js');
    await anna.sees('half a sen');
    await anna.marked('half a sen', anna.words.stateSent);
  });

  it('of another version of the protocol says so, keeps what is typed, and reloads itself once', async () => {
    await server.close();
    server = await serve(otherBuild('later'), true);
    await expect.poll(runs, { timeout: 60_000 }).toContain('index-later.js');
    await anna.page.getByText(anna.words.outdated).waitFor();
    await anna.say('for later');
    await anna.marked('for later', anna.words.stateWaiting);
    await server.close();
    vi.doUnmock('@polynya/protocol/limits');
    server = await serve(join(folder, 'later'));
    await anna.marked('for later', anna.words.stateSent);
    await anna.page.getByText(anna.words.outdated).waitFor({ state: 'detached' });
    expect(anna.complaints).toEqual([]);
  });
});
