/** `polynya serve`: runs a server with the page, until Ctrl-C or SIGTERM. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeHostInvite } from '@polynya/server/host/host-invite';
import { type RunningServer, type ServeOptions, startServer } from '@polynya/server/serve';
import { Site } from '@polynya/server/site/site';
import { startFailure } from '@polynya/server/start-error';
import { ownResolver } from '@polynya/server/whereabouts/told-addresses';
import { command, wholeNumber } from '../command.ts';
import { Failure, systemCode } from '../failure.ts';
import { ACME_PORT, acmeUrls, certificatesOf } from '../host/acme-settings.ts';
import { attendantOf } from '../host/attendant.ts';
import { openControl } from '../host/control-socket.ts';
import { hostClock } from '../host/host-clock.ts';
import { hostPageOf } from '../host/page/host-page.ts';
import { reachableHost } from '../host/reachable-at.ts';
import {
  longestInvite,
  mostUses,
  pageFolder,
  readSettings,
  type Settings,
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
    /** A name or address to fetch a certificate for. */
    acme: { type: 'string', multiple: true },
    /** The folder of a web site for everybody else. */
    decoy: { type: 'string' },
    public: { type: 'string', multiple: true },
    bridge: { type: 'string', multiple: true },
    /** Where others find a UDP port of this machine. */
    direct: { type: 'string' },
    /** A zone that is delegated to this machine. */
    dns: { type: 'string' },
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
    const { dataDir, host, port, tls, acme, postgres, bridges, limits } = settings;
    const uses = wholeNumber('--uses', given.uses, FIRST_USES, [1, mostUses]);
    const days = wholeNumber('--days', given.days, 7, [1, longestInvite]);
    const urls = urlsOf(settings);
    if (!existsSync(join(pageFolder, 'index.html'))) {
      throw new Failure('The page is not built yet: run npm run build, or npm start.');
    }
    const { server, certificates } = await start(settings, terminal, {
      dataDir,
      host,
      port,
      pageDir: pageFolder,
      ...(tls && { tls }),
      ...(postgres !== undefined && { postgres }),
      ...(!settings.push && { pushTo: null }),
      bridges,
      resolve: ownResolver(),
      ...(settings.direct && { direct: settings.direct }),
      ...(settings.dns && { dns: settings.dns }),
      config: limits,
      ...(settings.ops && { ops: settings.ops }),
      ...(settings.traces && { traces: settings.traces }),
      ...(settings.inside && { inside: settings.inside }),
      ...(urls.length > 0 && { endpoints: urls.map((url) => `${url}/s`) }),
      clock: hostClock,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      log: (line) => {
        // What belongs to every start and stop is said below, in words.
        if (!SAID_IN_WORDS.has(line.event)) note(terminal, JSON.stringify(line));
      },
    });
    const endCertificates = certificates?.keep();
    try {
      const page = urls[0] === undefined ? server.url : urls[0] + server.below;
      const link = await makeHostInvite(server, `${page}/`, uses, days);
      const qr = tls !== undefined || acme !== undefined;
      const [endpoint = ''] = server.below === '' ? [] : server.endpoints;
      print(terminal, ...greeting(page, link, { uses, days, dataDir, qr, endpoint }));
      await attend(server, page, dataDir, terminal);
    } finally {
      endCertificates?.();
      await server.close();
    }
    print(terminal, 'Stopped. All that was acknowledged is kept.');
  },
});

/** @throws Failure with the server's own sentence */
async function start(
  { decoy, acme, dataDir }: Settings,
  terminal: Terminal,
  options: ServeOptions,
) {
  try {
    const certificates = acme && certificatesOf(acme, dataDir, terminal);
    const site = decoy === undefined ? undefined : siteIn(decoy);
    const server = await startServer({
      ...options,
      ...(certificates && { tls: certificates }),
      ...(site && { decoy: site }),
    });
    return { server, certificates };
  } catch (error) {
    const sentence = startFailure(error);
    throw sentence === undefined ? error : new Failure(sentence, 1, error);
  }
}

/** @throws Failure */
function siteIn(folder: string): Site {
  try {
    return new Site(folder);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new Failure(`The web site in ${folder} cannot be read (${systemCode(error)}).`, 1, error);
  }
}

/** What was said, or what the certificate says; none where only this machine is to find it. */
function urlsOf({ publicUrls, tls, acme, port }: Settings): readonly string[] {
  if (publicUrls.length > 0) return publicUrls;
  if (acme && port === ACME_PORT) return acmeUrls(acme);
  return tls && port !== 0 ? [`https://${reachableHost(tls.cert)}:${port}`] : [];
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
  /** What bridges are told of a server that does not show itself; '' for others. */
  readonly endpoint: string;
}

function greeting(page: string, link: string, greeting: Greeting): string[] {
  const { uses, days, dataDir, qr, endpoint } = greeting;
  const people = uses === 1 ? 'one person' : `${uses} people`;
  const time = days === 1 ? 'one day' : `${days} days`;
  return [
    `Polynya runs at ${page} and keeps its data in ${dataDir}.`,
    '',
    `This link admits ${people} within ${time}; polynya invite makes another:`,
    link,
    '',
    ...(qr ? [...qrLines(link), ''] : []),
    ...(endpoint === ''
      ? []
      : ['Everybody else sees your web site. For bridges:', `polynya bridge --to ${endpoint}`, '']),
    'Stop it with Ctrl-C.',
  ];
}
