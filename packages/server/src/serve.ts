/** A whole server: data folder, engine, delivery, sessions, port. Everything it needs is given here. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { LIMITS } from '@polynya/protocol/limits';
import type { Resolve } from '@polynya/reach/carriers/by-name/system-resolver';
import { sessionsEnd } from '@polynya/reach/carriers/sessions-end';
import type { ChannelCarrier } from '@polynya/reach/carriers/webrtc-direct/channel';
import { acceptDirect } from '@polynya/reach/carriers/webrtc-direct/server';
import type { Random } from '@polynya/reach/clock';
import { ServerSessions } from '@polynya/reach/server/server-sessions';
import type { SteadyClock } from '@polynya/reach/steady-clock';
import { type ConfigInput, parseConfig } from './config.ts';
import { Delivery } from './delivery/delivery.ts';
import { startRetention } from './delivery/retention.ts';
import type { StorageError } from './engine/engine.ts';
import { openEngine } from './engine/open-engine.ts';
import type { Synchronous } from './engine/sqlite/database.ts';
import { HostDesk } from './host/host-desk.ts';
import { SESSION_PATH, type SecretPage, startHttpServer } from './http/http-server.ts';
import { loadReleaseKey } from './http/release.ts';
import type { Certified } from './http/tls-options.ts';
import { WebFiles } from './http/web-files.ts';
import {
  loadLastHour,
  loadRecordSerial,
  loadServerKeys,
  makeDataDir,
  saveLastHour,
  saveRecordSerial,
} from './kept/server-state.ts';
import { TrustedHours } from './kept/trusted-hours.ts';
import { WriteGate } from './migrate/write-gate.ts';
import { Meter } from './ops/meter.ts';
import { type Traces, traced } from './ops/tracer.ts';
import type { DeliveryPorts } from './push/deliver.ts';
import { openPush } from './push/open-push.ts';
import { isPublicAddress } from './push/public-address.ts';
import { type Log, lineOf } from './server-log.ts';
import { ownPath } from './site/secret-paths.ts';
import type { Site } from './site/site.ts';
import { asStartError, StartError } from './start-error.ts';
import type { DirectPlace } from './whereabouts/direct-port.ts';
import type { DnsPlace } from './whereabouts/dns-zone.ts';
import { behind, hostInUrl, hostPath } from './whereabouts/server-urls.ts';
import { BridgeList, SHELF } from './whereabouts/shelves.ts';
import { tellAddresses } from './whereabouts/told-addresses.ts';
import { ToldRecords } from './whereabouts/told-records.ts';

const DAY = 86_400;
/** The door of WebRTC-Direct that leads to the sessions. */
const OWN_DOOR = 'sessions';

export interface ServeOptions {
  /** Holds the identity and the database; made if it is not there. */
  readonly dataDir: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM. */
  readonly tls?: Certified;
  /** The built page. */
  readonly pageDir?: string;
  /** A web site for everybody else: page and endpoint are below a secret path then. */
  readonly decoy?: Site;
  /** URLs that lead to this server's session endpoint, for the access record; else the one of `host` and `port`. */
  readonly endpoints?: readonly string[];
  /** Lines of bridges that lead to this server; those who are let in see four of them. */
  readonly bridges?: readonly string[];
  /** Where hosts that are known by name are: members are told of bridges; else they find out themselves. */
  readonly resolve?: Resolve;
  /** Where others find this machine's UDP port for WebRTC-Direct, if it is to have one. */
  readonly direct?: DirectPlace;
  /** The zone by whose names clients ask where nothing but DNS passes, if there is one. */
  readonly dns?: DnsPlace;
  readonly config?: ConfigInput;
  /** The URL of a PostgreSQL database to keep logs in; else SQLite in `dataDir`. */
  readonly postgres?: string;
  /** Where other processes on the same PostgreSQL database hand over what is for sessions of this one. */
  readonly inside?: { readonly host: string; readonly port: number };
  /** Where health and metrics are told, to this machine or to a network of the host's own; else nowhere. */
  readonly ops?: { readonly host: string; readonly port: number };
  /** Who is sent traces of requests, if anybody. */
  readonly traces?: Traces;
  readonly clock: SteadyClock;
  readonly random: Random;
  readonly log: Log;
  /** Only for tests. */
  readonly synchronous?: Synchronous;
  /** Where Web Push may go, null: nowhere; else to public addresses. */
  readonly pushTo?: DeliveryPorts | null;
}

export interface RunningServer {
  /** Of the page; the session endpoint is at `/s` under it. */
  readonly url: string;
  /** The secret path behind which both are, after every public URL; '' for a server that shows itself. */
  readonly below: string;
  readonly endpoints: readonly string[];
  /**
   * For an invite: those, and the bridges of one shelf, each in its turn unless one is chosen, from 1 on; none
   * where there is no such shelf.
   */
  readonly endpointsFor: (shelf?: number) => readonly string[];
  /** The Ed25519 public key. */
  readonly identity: Uint8Array;
  /** From now on `answer` answers at a secret path of the site, which is told here and is always the same. */
  showHostPage(answer: SecretPage['answer']): string;
  /** Makes an invite to this server and answers its secret, which is kept nowhere. */
  invite(uses: number, days: number): Promise<Uint8Array>;
  /** Of health and metrics, where they are told. */
  readonly opsPort?: number;
  /** What the host may ask and do. */
  readonly desk: HostDesk;
  /** Resolves when the storage failed for good. Close the server then and tell the host its sentence. */
  readonly failed: Promise<StorageError>;
  close(): Promise<void>;
}

/** Starts a server, whole or not at all. @throws StartError, StorageError, ConfigError */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { dataDir, clock, random, tls, resolve } = options;
  const events = new Map<string, number>();
  const log: Log = (line) => {
    events.set(line.event, (events.get(line.event) ?? 0) + 1);
    options.log(line);
  };
  const config = parseConfig(options.config);
  const files = loadPage(options.pageDir);
  if (tls) checkTls(tls);
  makeDataDir(dataDir);
  const now = () => clock.now();
  let reported: unknown;
  const report = (error: unknown): void => {
    // A storage that failed answers everything with the same error.
    if (error !== reported) log(lineOf(error));
    reported = error;
  };
  const saveHour = (hour: number): void => {
    try {
      saveLastHour(dataDir, hour);
    } catch (error) {
      // The disk may be full, and retention is what empties it.
      report(error);
    }
  };
  const hours = new TrustedHours({ clock, last: loadLastHour(dataDir), save: saveHour, log });
  // Before anything is written, because SQLite's keeps other servers out of the folder.
  const engine = await openEngine({
    ...{ dataDir, postgres: options.postgres, random, synchronous: options.synchronous },
    ...{ now: () => hours.now(), logBytes: config.keep.logBytes },
  });
  const scheme = tls ? 'https' : 'http';
  const urlAt = (port: number) => `${scheme}://${hostInUrl(options.host)}:${port}`;
  try {
    // What few servers have is loaded where it is asked for: a start is loading, for the most part.
    const directPort =
      options.direct &&
      new (await import('./whereabouts/direct-port.ts')).DirectPort(
        dataDir,
        options.direct,
        random,
      );
    const keys = loadServerKeys(dataDir, random);
    const dns = options.dns && {
      ...(await import('./whereabouts/dns-zone.ts')),
      place: options.dns,
    };
    const nameKey = dns?.zoneKey(keys.handleKey);
    const byDatagrams = [
      ...(directPort?.endpoints(OWN_DOOR) ?? []),
      ...(dns && nameKey ? [dns.zoneLine(dns.place.zone, nameKey)] : []),
    ];
    if (files.hasRelease) files.sign(loadReleaseKey(dataDir));
    const { decoy: site } = options;
    const decoy = site && { site, ...ownPath(keys.handleKey) };
    const below = decoy ? `/${decoy.path}` : '';
    const endpointsAt = (port: number) => [
      ...(options.endpoints ?? [urlAt(port) + SESSION_PATH]).map((url) => behind(url, below)),
      ...byDatagrams,
    ];
    const lastSerial = loadRecordSerial(dataDir);
    const saveSerial = (serial: number) => saveRecordSerial(dataDir, serial);
    const [turn = 0] = random(1);
    const bridges = new BridgeList(dataDir, options.bridges ?? [], turn, now);
    const records = new ToldRecords(engine, bridges);
    let hostPage: SecretPage['answer'] | undefined;
    let endTelling = (): void => undefined;
    const { pushTo = { mayReach: isPublicAddress } } = options;
    const pushPorts = pushTo && { ...{ engine, now, clock, random, report }, ...pushTo };
    const push = openPush(dataDir, options.endpoints ?? [], pushPorts);
    const delivery = new Delivery({
      ...{ engine, config, now, records, report, ...push.offered },
      signalElsewhere: (log, body) => neighbourhood?.signal(log, body),
    });
    const processes = options.inside && (await import('./processes/neighbourhood.ts'));
    const neighbourhood = processes?.openNeighbourhood(options.inside, engine.processes, {
      ...{ handleKey: keys.handleKey, random, report, rates: delivery.rates, bridges },
      signal: (log, body) => delivery.signal(log, body),
    });
    const gate = new WriteGate(delivery);
    const handler = new Meter(traced(gate, options), () => clock.steady());
    const { decoy: _, ...place } = options;
    const http = await startHttpServer({
      ...place,
      ...(decoy && { decoy }),
      limits: config.http,
      files,
      report,
      secretPage: {
        path: hostPath(keys.handleKey),
        answer: async (...exchange) => {
          if (hostPage) await hostPage(...exchange);
          else files.refuse(exchange[1]);
        },
      },
      idle: () => handler.idle(),
      ...(neighbourhood && { neighbour: neighbourhood.find }),
      sessions: async (port, own) => {
        const endpoints = endpointsAt(port);
        const { build } = files;
        const highest = await neighbourhood?.highestSerial();
        const sessions = new ServerSessions({
          ...{ ...keys, lastSerial: Math.max(lastSerial, highest ?? 0), saveSerial, endpoints },
          ...{ shelves: bridges.shelves.lists, build, clock, random, handler, report },
          process: neighbourhood?.number ?? 0,
          shown: (ids, serial) => neighbourhood?.show(ids, serial),
        });
        await sessions.start();
        records.signedBy(sessions);
        endTelling = tellAddresses(bridges, records, { resolve, clock, endpoints, report });
        await neighbourhood?.join(sessions, own);
        return sessions;
      },
    }).catch((error: unknown) => {
      endTelling();
      throw asStartError(error, options);
    });
    const enter = (carrier: ChannelCarrier) => acceptDirect(carrier, http.sessions, clock);
    const datagrams = await directPort
      ?.listen(new Map([[OWN_DOOR, enter]]), config.http.connections, clock)
      .catch(async (error: unknown) => {
        await http.close();
        throw asStartError(error, options);
      });
    const end = sessionsEnd(http.sessions);
    const zone =
      dns &&
      nameKey &&
      (await dns
        .startZone(dns.place, nameKey, end, { clock, random, report })
        .catch(async (error: unknown) => {
          datagrams?.close();
          await http.close();
          throw asStartError(error, dns.place);
        }));
    const retention = startRetention({ engine, keep: config.keep, clock, hours, log });
    const desk = new HostDesk({
      ...{ engine, config, dataDir, clock, random, retention, bridges, gate },
      storage: options.postgres === undefined ? 'sqlite' : 'postgres',
      connections: () => http.connections() + (datagrams?.connections ?? 0),
      sessions: () => http.sessions.size,
      watched: () => delivery.watched,
    });
    let failure: StorageError | undefined;
    void engine.failed.then((error) => {
      failure = error;
    });
    let ends = false;
    const ops = options.ops && {
      ...options.ops,
      ...{ desk, meter: handler, events },
      notReady: () => (ends ? 'the server stops' : failure?.message),
    };
    const watching =
      ops &&
      (await (await import('./ops/ops-server.ts')).startOps(ops).catch(async (error: unknown) => {
        datagrams?.close();
        await zone?.close();
        await http.close();
        throw asStartError(error, ops);
      }));
    log({ event: 'started', tls: tls !== undefined, page: options.pageDir !== undefined });
    return {
      url: urlAt(http.port) + below,
      below,
      endpoints: endpointsAt(http.port),
      endpointsFor: (shelf) => [
        ...endpointsAt(http.port).slice(0, LIMITS.endpoints - SHELF),
        ...bridges.shelves.forInvite(shelf === undefined ? bridges.shelves.next() : shelf - 1),
      ],
      identity: http.sessions.identity(),
      desk,
      failed: engine.failed,
      showHostPage: (answer) => {
        hostPage = answer;
        return hostPath(keys.handleKey);
      },
      invite: async (uses, days) => {
        const secret = random(32);
        const hash = new Uint8Array(createHash('sha256').update(secret).digest());
        const until = Math.floor(now() / 1_000) + days * DAY;
        // A random tag, so that no allowance can withdraw it.
        const invite = { hash, uses, until, tag: random(32), each: config.allowance };
        await gate.write(() => engine.invite(invite));
        return secret;
      },
      ...(watching && { opsPort: watching.port }),
      close: async () => {
        ends = true;
        endTelling();
        const { underWay } = handler;
        log({ event: 'draining', underWay });
        const started = clock.steady();
        await zone?.close();
        await http.close();
        datagrams?.close();
        await neighbourhood?.close();
        const ms = Math.round(clock.steady() - started);
        log({ event: 'drained', underWay: handler.underWay, ms });
        await watching?.close();
        await push.close();
        await retention.stop();
        await engine.close();
        log({ event: 'stopped' });
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function loadPage(folder: string | undefined): WebFiles {
  try {
    return new WebFiles(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`The page's folder ${folder} cannot be read (${why}).`, { cause: error });
  }
}
/** Node itself takes an empty certificate, and says so to each client. */
function checkTls({ cert, key }: NonNullable<ServeOptions['tls']>): void {
  try {
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      createSecureContext({ cert, key });
      return;
    }
  } catch (cause) {
    const message =
      'The certificate or its key cannot be used: give both in PEM form, the key without a password.';
    throw new StartError(message, { cause });
  }
  throw new StartError('The certificate or its key cannot be used: they do not belong together.');
}
