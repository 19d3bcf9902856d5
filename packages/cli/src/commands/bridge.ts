/** `polynya bridge`: an ordinary web site that leads to a server by a secret path, until Ctrl-C or SIGTERM. */
import {
  type BridgeOptions,
  bridgeFailure,
  type RunningBridge,
  startBridge,
} from '@polynya/server/bridge/bridge';
import {
  loadBridgeSecret,
  loadOwnCertificate,
  type OwnCertificate,
} from '@polynya/server/bridge/bridge-state';
import { lineOf } from '@polynya/server/server-log';
import { routeTo } from '@polynya/server/site/secret-paths';
import { Site } from '@polynya/server/site/site';
import { DirectPort } from '@polynya/server/whereabouts/direct-port';
import { zoneKey, zoneLine } from '@polynya/server/whereabouts/dns-zone';
import { dropKey, dropLine } from '@polynya/server/whereabouts/drop-folder';
import { command, wholeNumber } from '../command.ts';
import { Failure } from '../failure.ts';
import { acmeSettings, certificatesOf } from '../host/acme-settings.ts';
import { bridgeFolder, endpointUrl, folderUrl, siteUrl } from '../host/bridge-settings.ts';
import { dnsPlace } from '../host/dns-settings.ts';
import { reachableHost } from '../host/reachable-at.ts';
import { directPlace, readTls } from '../host/settings.ts';
import { qrLines } from '../render/qr.ts';
import { endOf, note, print } from '../terminal.ts';

const CONNECTIONS = 2_000;

export const bridge = command({
  options: {
    /** Endpoints of the servers that it leads to. */
    to: { type: 'string', multiple: true },
    site: { type: 'string' },
    /** Whether the page of the servers can be had, too. */
    app: { type: 'boolean' },
    host: { type: 'string' },
    port: { type: 'string' },
    data: { type: 'string' },
    /** The certificate; its key is the word after it. */
    tls: { type: 'string' },
    /** A name or address to fetch a certificate for, from `acme-directory` if not from the usual authority. */
    acme: { type: 'string', multiple: true },
    'acme-directory': { type: 'string' },
    'acme-contact': { type: 'string' },
    /** A certificate of its own, for terminals alone: browsers take none that no authority vouches for. */
    'self-signed': { type: 'boolean' },
    public: { type: 'string' },
    /** Where others find a UDP port of this machine, for WebRTC. */
    direct: { type: 'string' },
    /** A zone that is delegated to this machine, and at which port it answers. */
    dns: { type: 'string' },
    'dns-port': { type: 'string' },
    /** A folder in some cloud (WebDAV) that people can write to, with its name and password; else POLYNYA_DROP. */
    drop: { type: 'string' },
    connections: { type: 'string' },
  },
  takes: [0, 1],
  async run(given, [key], terminal) {
    const endpoints = (given.to ?? []).map(endpointUrl);
    if (endpoints.length === 0) {
      throw new Failure('A bridge leads somewhere: --to https://the-server.example', 2);
    }
    const told = given.public === undefined ? undefined : siteUrl(given.public);
    const folder = bridgeFolder(given.data, terminal.env);
    const own = given['self-signed'] ? ownCertificate(folder, told) : undefined;
    const { 'acme-directory': directory, 'acme-contact': contact } = given;
    const acme = acmeSettings({ names: given.acme ?? [], directory, contact });
    if ([own, given.tls, acme].filter((one) => one !== undefined).length > 1) {
      throw new Failure('--tls, --self-signed and --acme: only one of them.', 2);
    }
    const fetched = acme && orFailure(() => certificatesOf(acme, folder, terminal));
    const tls = own ?? fetched ?? readTls(given.tls, key);
    const port = wholeNumber('The port', given.port, tls ? 443 : 8_080, [0, 65_535]);
    const place = given.direct && directPlace({ value: given.direct, where: '--direct' });
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    // Everybody on a machine sees what programs are called with.
    const cloud = given.drop ?? (terminal.env.POLYNYA_DROP || undefined);
    if ((given.dns ?? cloud) !== undefined && endpoints.length > 1) {
      throw new Failure('A zone or a folder leads to one server: only one --to.', 2);
    }
    const drop = cloud === undefined ? undefined : folderUrl(cloud);
    const host = given.host ?? (tls ? '0.0.0.0' : '127.0.0.1');
    const dnsPort = wholeNumber('--dns-port', given['dns-port'], 53, [0, 65_535]);
    const urls = told === undefined ? [] : [told];
    const dns =
      given.dns &&
      dnsPlace(
        { value: given.dns, where: '--dns' },
        { nameserver: undefined, urls, host, port: dnsPort },
      );
    const {
      routes,
      direct,
      dns: zone,
      drop: left,
      running,
    } = await start(given.site, () => {
      const secret = loadBridgeSecret(folder, random);
      return {
        ...(place && { direct: new DirectPort(folder, place, random) }),
        ...(dns && { dns: { ...dns, key: zoneKey(secret) } }),
        ...(drop && { drop: { folder: drop, key: dropKey(secret, drop) } }),
        host,
        port,
        ...(tls && { tls }),
        routes: endpoints.map((endpoint) => routeTo(endpoint, secret)),
        app: given.app ?? false,
        connections: wholeNumber('--connections', given.connections, CONNECTIONS, [1, 100_000]),
        report: (error) => note(terminal, JSON.stringify(lineOf(error))),
      };
    });
    const endFetching = fetched?.keep();
    const at = tls ? urlAt('https', reachableHost(tls.cert), running.port, 443) : undefined;
    const site = told ?? at ?? urlAt('http', '127.0.0.1', running.port, 80);
    try {
      print(terminal, `A web site stands at ${site}/ and by secret paths leads to servers.`, '');
      for (const { endpoint, path } of routes) {
        const line = `${site}/${path}${own?.pin ?? ''}`;
        print(terminal, `For whoever runs ${endpoint}: polynya serve --bridge LINE`, line, '');
        if (terminal.output.isTTY) print(terminal, ...qrLines(line), '');
        if (direct) print(terminal, 'And by datagrams (WebRTC):', direct.endpoint(endpoint), '');
        if (left) print(terminal, 'And by a dead drop:', dropLine(left), '');
        if (zone) print(terminal, 'And by names (DNS):', zoneLine(zone.zone, zone.key), '');
      }
      print(terminal, 'Stop it with Ctrl-C.');
      await endOf(terminal);
    } finally {
      endFetching?.();
      await running.close();
    }
    print(terminal, 'Stopped.');
  },
});

/** @throws Failure with a sentence for its host */
function ownCertificate(folder: string, site: string | undefined): OwnCertificate {
  const wanted = 'With --self-signed say where others find it: --public https://ADDRESS';
  if (!site?.startsWith('https:')) throw new Failure(wanted, 2);
  return orFailure(() => loadOwnCertificate(folder, new URL(site).hostname));
}

/** @throws Failure with a sentence for its host */
function orFailure<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    const sentence = bridgeFailure(error);
    throw sentence === undefined ? error : new Failure(sentence, 1, error);
  }
}

/** @throws Failure with a sentence for its host */
async function start(
  siteFolder: string | undefined,
  options: () => Omit<BridgeOptions, 'site'>,
): Promise<BridgeOptions & { readonly running: RunningBridge }> {
  try {
    const site = new Site(siteFolder);
    const whole = { ...options(), site };
    return { ...whole, running: await startBridge(whole) };
  } catch (error) {
    const sentence = bridgeFailure(error);
    throw sentence === undefined ? error : new Failure(sentence, 1, error);
  }
}

function urlAt(scheme: string, host: string, port: number, usual: number): string {
  return `${scheme}://${host}${port === usual ? '' : `:${port}`}`;
}
