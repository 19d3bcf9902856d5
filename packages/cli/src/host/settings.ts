/** What a host says about a server, from the configuration file, the environment and the command line. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, ConfigError, type ConfigInput, parseConfig } from '@polynya/server/config';
import { type DirectPlace, parseDirectPlace } from '@polynya/server/whereabouts/direct-port';
import type { DnsPlace } from '@polynya/server/whereabouts/dns-zone';
import { Failure, systemCode } from '../failure.ts';
import { root } from '../root.ts';
import type { Terminal } from '../terminal.ts';
import { ACME_PORT, type AcmeSettings, acmeSettings } from './acme-settings.ts';
import { bridgeLines } from './bridge-settings.ts';
import {
  fromEnvironment,
  fromOptions,
  type Given,
  type GivenSettings,
  numberOf,
  readConfigFile,
} from './config-file.ts';
import { dnsPlace } from './dns-settings.ts';
import { limitDefaults, type Setting, settings } from './setting-list.ts';
import type { AboutHost } from './statement-text.ts';

const CONFIG_FILE = 'polynya.conf';
const PORT = 8787;
const DNS_PORT = 53;

/** Of one invite (docs/protocol.md, `grant`). */
export const mostUses = 1_000;
/** Days. */
export const longestInvite = 366;

/** The built page. */
export const pageFolder = join(root, 'packages', 'web', 'dist');

/** The options by which every host's command finds its server. */
export const serverOptions = { data: { type: 'string' }, config: { type: 'string' } } as const;

export interface ServerOptions {
  readonly data?: string | undefined;
  readonly config?: string | undefined;
}

/** The options of `polynya serve` that are settings. */
export interface ServeFlags extends ServerOptions {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly postgres?: string | undefined;
  /** Names and addresses to fetch a certificate for. */
  readonly acme?: readonly string[] | undefined;
  readonly decoy?: string | undefined;
  readonly public?: readonly string[] | undefined;
  readonly bridge?: readonly string[] | undefined;
  readonly direct?: string | undefined;
  readonly dns?: string | undefined;
  /** Paths, both or none. */
  readonly tls?: { readonly cert: string | undefined; readonly key: string | undefined };
  readonly set?: readonly string[] | undefined;
}

export interface Settings {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly postgres?: string;
  /** Web Push is sent. */
  readonly push: boolean;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Never with `tls`. */
  readonly acme?: AcmeSettings;
  /** The folder of the web site that everybody else sees. */
  readonly decoy?: string;
  /** Without a slash at the end. */
  readonly publicUrls: readonly string[];
  readonly bridges: readonly string[];
  readonly direct?: DirectPlace;
  readonly dns?: DnsPlace;
  /** What was said of the limits, and with it the limits as they are. */
  readonly limits: ConfigInput;
  readonly config: Config;
  readonly statement: AboutHost;
  /** Where health and metrics are told, if they are. */
  readonly ops?: { readonly host: string; readonly port: number };
  /** Who is sent traces, and of how many requests one. */
  readonly traces?: { readonly url: string; readonly oneIn: number };
  /** Where other processes of the same server reach this one, if there are any. */
  readonly inside?: { readonly host: string; readonly port: number };
}

/**
 * The data folder: `--data`, else POLYNYA_DATA, else what the file of `--config` (or POLYNYA_CONFIG) says,
 * else `.polynya` in the project. @throws Failure
 */
export function dataFolder({ data, config }: ServerOptions, env: Terminal['env']): string {
  const path = config ?? (env.POLYNYA_CONFIG || undefined);
  const said = () => path && readConfigFile(path).get('data')?.value;
  return resolve(data ?? (env.POLYNYA_DATA || said() || join(root, '.polynya')));
}

/**
 * Everything that was said, checked. Of the file, the environment and the options the last one counts. The
 * file is `--config`, else POLYNYA_CONFIG, else polynya.conf in the data folder if it is there.
 * @throws Failure
 */
export function readSettings(flags: ServeFlags, env: Terminal['env']): Settings {
  const dataDir = dataFolder(flags, env);
  const beside = join(dataDir, CONFIG_FILE);
  const path = flags.config ?? (env.POLYNYA_CONFIG || (existsSync(beside) ? beside : undefined));
  const given: GivenSettings = new Map([
    ...(path === undefined ? [] : readConfigFile(path)),
    ...fromEnvironment(env),
    ...fromFlags(flags),
    ...fromOptions(flags.set ?? []),
  ]);
  const text = (name: string) => given.get(name)?.value || undefined;
  const limits = limitsOf(given);
  const ops = given.get('ops.port');
  const opsPort = ops ? portOf(ops) : 0;
  const inside = given.get('inside.port');
  const insidePort = inside ? portOf(inside) : 0;
  const tls = readTls(text('tls.cert'), text('tls.key'));
  const acme = acmeSettings({
    names: wordsOf(given.get('acme.names')),
    directory: text('acme.directory'),
    contact: text('acme.contact'),
    profile: text('acme.profile'),
  });
  if (tls && acme)
    throw new Failure('A certificate is given or fetched: tls.cert or acme.names.', 2);
  const decoy = text('decoy');
  const postgres = text('postgres');
  const direct = given.get('direct');
  const zone = given.get('dns.zone');
  const urls = publicUrls(given.get('public'));
  const host = text('host') ?? (tls || acme ? '0.0.0.0' : '127.0.0.1');
  const port = given.get('port') ?? (env.PORT ? { value: env.PORT, where: 'PORT' } : undefined);
  return {
    dataDir,
    host,
    port: port ? portOf(port) : acme ? ACME_PORT : PORT,
    ...(opsPort > 0 && { ops: { host: text('ops.host') ?? '127.0.0.1', port: opsPort } }),
    ...(text('ops.traces') && { traces: tracesOf(given) }),
    ...(insidePort > 0 && {
      inside: { host: text('inside.host') ?? '127.0.0.1', port: insidePort },
    }),
    ...(postgres !== undefined && { postgres }),
    push: isOn(given.get('push')),
    ...(tls && { tls }),
    ...(acme && { acme }),
    ...(decoy !== undefined && { decoy }),
    publicUrls: urls,
    bridges: bridgeLines(wordsOf(given.get('bridge'))),
    ...(direct?.value && { direct: directPlace(direct) }),
    ...(zone?.value && {
      dns: dnsPlace(zone, {
        nameserver: text('dns.nameserver'),
        urls,
        host: text('dns.host') ?? host,
        port: given.has('dns.port') ? portOf(given.get('dns.port') as Given) : DNS_PORT,
      }),
    }),
    limits,
    config: parseConfig(limits),
    statement: {
      operator: text('statement.operator') ?? '',
      place: text('statement.place') ?? '',
      contact: text('statement.contact') ?? '',
    },
  };
}

/** @throws Failure */
function tracesOf(given: GivenSettings): { url: string; oneIn: number } {
  const [traces, oneIn] = [given.get('ops.traces'), given.get('ops.traceOneIn')];
  const url = traces?.value ?? '';
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new Failure(`${traces?.where} takes a URL like http://127.0.0.1:4318/v1/traces.`, 2);
  }
  const count = oneIn && numberOf(settings.get('ops.traceOneIn') as Setting, oneIn);
  return { url, oneIn: Math.max(1, count ?? 100) };
}

function fromFlags(flags: ServeFlags): GivenSettings {
  const { host, port, postgres, direct, dns, tls } = flags;
  const said = {
    host,
    port,
    postgres,
    decoy: flags.decoy,
    'acme.names': flags.acme?.join(' '),
    public: flags.public?.join(' '),
    bridge: flags.bridge?.join(' '),
    direct,
    'dns.zone': dns,
    'tls.cert': tls?.cert,
    'tls.key': tls?.key,
  };
  return new Map(
    Object.entries(said).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { value, where: `--${name.split('.')[0]}` }]],
    ),
  );
}

/** @throws Failure where one is wrong, with the place that it was set in */
function limitsOf(given: GivenSettings): ConfigInput {
  const limits: Record<string, unknown> = {};
  for (const name of limitDefaults().keys()) {
    const one = given.get(name);
    const setting = settings.get(name);
    if (!one?.value || !setting) continue;
    put(limits, name.split('.'), numberOf(setting, one));
    try {
      parseConfig(limits);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new Failure(`${one.where}: ${error.message}`, 1, error);
    }
  }
  return limits as ConfigInput;
}

function put(into: Record<string, unknown>, [name = '', ...rest]: string[], value: number): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = (into[name] ?? {}) as Record<string, unknown>;
  into[name] = inner;
  put(inner, rest, value);
}

/** What holds unless the host says no. @throws Failure */
function isOn(given: Given | undefined): boolean {
  const said = given?.value || 'yes';
  if (said !== 'yes' && said !== 'no')
    throw new Failure(`${given?.where} is yes or no, not "${said}".`, 2);
  return said === 'yes';
}

/** @throws Failure */
function portOf(given: Given): number {
  const port = numberOf(settings.get('port') as Setting, given);
  if (port <= 65_535) return port;
  throw new Failure(`${given.where}: the port is a number from 0 to 65535, not ${port}.`, 2);
}

/**
 * The certificate and the key, both PEM; undefined without them.
 * @throws Failure if one is missing or cannot be read
 */
export function readTls(cert: string | undefined, key: string | undefined): Settings['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new Failure('TLS takes two files: --tls CERT KEY', 2);
  }
  return { cert: readPem('certificate', cert), key: readPem('key', key) };
}

function readPem(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new Failure(`The ${what} ${path} ${why}.`, 1, error);
  }
}

/**
 * URLs at which others reach this server, without what comes after the path's last slash.
 * @throws Failure for anything but http and https
 */
function publicUrls(given: Given | undefined): string[] {
  return wordsOf(given).map((each) => {
    const url = URL.canParse(each) ? new URL(each) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
      const where = given?.where ?? '';
      throw new Failure(`${where} takes a URL like https://example.org, not "${each}".`, 2);
    }
    return url.href.replace(/\/+$/, '');
  });
}

/** @throws Failure */
export function directPlace({ value, where }: Given): DirectPlace {
  const place = parseDirectPlace(value);
  if (place) return place;
  const form = 'an address and a port like 203.0.113.5:33478 or [2001:db8::5]:33478';
  throw new Failure(`${where} takes ${form}, not "${value}".`, 2);
}

function wordsOf(given: Given | undefined): string[] {
  return given?.value.split(/[\s,]+/).filter((word) => word !== '') ?? [];
}
