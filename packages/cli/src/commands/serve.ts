/** `polynya serve`: runs a server with the page, until Ctrl-C or SIGTERM. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeHostInvite } from '@polynya/server/host-invite';
import {
  type RunningServer,
  type ServeOptions,
  startFailure,
  startServer,
} from '@polynya/server/serve';
import { command, wholeNumber } from '../command.ts';
import { Failure } from '../failure.ts';
import { attendantOf } from '../host/attendant.ts';
import { openControl } from '../host/control-socket.ts';
import { hostPageOf } from '../host/page/host-page.ts';
import { reachableHost } from '../host/reachable-at.ts';
import {
  longestInvite,
  mostUses,
  pageFolder,
  readSettings,
  serverOptions,
} from '../host/settings.ts';
import { qrLines } from '../render/qr.ts';
import { endOf, note, print, type Terminal } from '../terminal.ts';

/** Enough for a family or the beginnings of a group. */
const FIRST_USES = 10;

const SAID_IN_WORDS: ReadonlySet<string> = new Set(['started', 'draining', 'drained', 'stopped']);

export const serve = command({
  options: {
    ...serverOptions,
    host: { type: 'string' },
    port: { type: 'string' },
    /** A database to keep logs in; it may hold a password, which other users see in the list of processes. */
    postgres: { type: 'string' },
    /** The certificate; its key is the word after it. */
    tls: { type: 'string' },
    public: { type: 'string', multiple: true },
    bridge: { type: 'string', multiple: true },
    /** Where others find a UDP port of this machine. */
    direct: { type: 'string' },
    /** `NAME=VALUE` of any setting. */
    set: { type: 'string', multiple: true },
    uses: { type: 'string' },
    days: { type: 'string' },
  },
  takes: [0, 1],
  async run(given, [key], terminal) {
    const { tls: cert, ...rest } = given;
    const flags = cert === undefined && key === undefined ? rest : { ...rest, tls: { cert, key } };
    const settings = readSettings(flags, terminal.env);
    const { dataDir, host, port, tls, postgres, bridges, limits } = settings;
    const uses = wholeNumber('--uses', given.uses, FIRST_USES, [1, mostUses]);
    const days = wholeNumber('--days', given.days, 7, [1, longestInvite]);
    const urls = [...settings.publicUrls];
    if (tls && urls.length === 0 && port !== 0)
      urls.push(`https://${reachableHost(tls.cert)}:${port}`);
    if (!existsSync(join(pageFolder, 'index.html'))) {
      throw new Failure('The page is not built yet: run npm run build, or npm start.');
    }
    const server = await start({
      dataDir,
      host,
      port,
      pageDir: pageFolder,
      ...(tls && { tls }),
      ...(postgres !== undefined && { postgres }),
      bridges,
      ...(settings.direct && { direct: settings.direct }),
      config: limits,
      ...(settings.ops && { ops: settings.ops }),
      ...(settings.inside && { inside: settings.inside }),
      ...(urls.length > 0 && { endpoints: urls.map((url) => `${url}/s`) }),
      clock: { now: () => Date.now(), steady: () => performance.now(), setTimeout: after },
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      log: (line) => {
        // What belongs to every start and stop is said below, in words.
        if (!SAID_IN_WORDS.has(line.event)) note(terminal, JSON.stringify(line));
      },
    });
    try {
      const page = urls[0] ?? server.url;
      const link = await makeHostInvite(server, `${page}/`, uses, days);
      print(terminal, ...greeting(page, link, { uses, days, dataDir, qr: tls !== undefined }));
      await attend(server, page, dataDir, terminal);
    } finally {
      await server.close();
    }
    print(terminal, 'Stopped. All that was acknowledged is kept.');
  },
});

/** @throws Failure with the server's own sentence */
async function start(options: ServeOptions): Promise<RunningServer> {
  try {
    return await startServer(options);
  } catch (error) {
    const sentence = startFailure(error);
    throw sentence === undefined ? error : new Failure(sentence, 1, error);
  }
}

/** Answers `polynya invite`, `status` and the like until the user wants an end. */
async function attend(
  server: RunningServer,
  page: string,
  dataDir: string,
  terminal: Terminal,
): Promise<void> {
  const hostPage = `${page}${server.showHostPage(hostPageOf(server, page))}`;
  let close: (() => Promise<void>) | undefined;
  try {
    close = await openControl(dataDir, attendantOf(server, page, hostPage));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    note(terminal, `polynya invite, status and the like will not work: ${error.message}`);
  }
  const failed = await Promise.race([endOf(terminal), server.failed]);
  await close?.();
  if (failed) throw new Failure(failed.message, 1, failed);
}

interface Greeting {
  readonly uses: number;
  readonly days: number;
  readonly dataDir: string;
  readonly qr: boolean;
}

function greeting(page: string, link: string, { uses, days, dataDir, qr }: Greeting): string[] {
  const people = uses === 1 ? 'one person' : `${uses} people`;
  const time = days === 1 ? 'one day' : `${days} days`;
  return [
    `Polynya runs at ${page} and keeps its data in ${dataDir}.`,
    '',
    `This link admits ${people} within ${time}; polynya invite makes another:`,
    link,
    '',
    ...(qr ? [...qrLines(link), ''] : []),
    'Stop it with Ctrl-C.',
  ];
}

function after(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
