/**
 * A look at the line as an OONI measurement (ooni/spec: df-000-base, df-002-dnst, df-005-tcpconnect,
 * df-006-tlshandshake, df-008-netevents; failures as in df-007-errors), without addresses: neither who looked
 * nor which server and bridges they use can be read in it. Nothing is sent anywhere.
 */
import type { Finding, Seen, Step } from './diagnose.ts';
import type { Note, Notes } from './notes.ts';

const FAILURES: Readonly<Record<Step, string | null>> = {
  ok: null,
  silent: 'generic_timeout_error',
  refused: 'connection_refused',
  reset: 'connection_reset',
  failed: 'unknown_failure',
};

/** IPv4 in four numbers, or IPv6 with or without the brackets of a URL. */
export function isAddress(host: string): boolean {
  return /^(\d+\.){3}\d+$/.test(host) || host.includes(':');
}

const OPERATIONS = { dns: 'resolve_done', tcp: 'connect', tls: 'tls_handshake_done', udp: 'read' };

export interface Measured {
  readonly notes: Notes;
  readonly seen: Seen;
  readonly finding: Finding;
  readonly version: string;
}

export function ooniMeasurement({ notes, seen, finding, version }: Measured): object {
  const start = notes.at.toISOString().slice(0, 19).replace('T', ' ');
  const hidden = new Map(seen.server.map(({ host }, index) => [host, `server-${index + 1}`]));
  const nameOf = (host: string) => hidden.get(host) ?? (!isAddress(host) ? host : '[scrubbed]');
  const of = (kind: Note['kind']) =>
    notes.all.filter((note) => note.kind === kind).map((note, index) => ({ note, id: index + 1 }));
  return {
    annotations: {},
    data_format_version: '0.2.0',
    extensions: { dnst: 0, netevents: 0, tcpconnect: 0, tlshandshake: 0 },
    input: null,
    measurement_start_time: start,
    ...{ probe_asn: 'AS0', probe_cc: 'ZZ', probe_ip: '127.0.0.1', probe_network_name: '' },
    ...{ report_id: '', resolver_asn: 'AS0', resolver_ip: '127.0.0.2', resolver_network_name: '' },
    ...{ software_name: 'polynya', software_version: version },
    ...{ test_name: 'polynya', test_version: '0.1.0', test_start_time: start },
    test_runtime: notes.seconds,
    test_keys: {
      ...{ diagnosis: finding.diagnosis, figure: finding.figure, transfer: seen.transfer },
      queries: of('dns').map(({ note, id }) => ({
        ...{ answers: [], engine: 'system', query_type: 'A', resolver_address: '' },
        failure: failureOf(note),
        hostname: nameOf(note.host),
        ...timed(note, id),
      })),
      tcp_connect: of('tcp').map(({ note, id }) => ({
        ip: !isAddress(note.host) ? nameOf(note.host) : '[scrubbed]',
        port: note.port,
        status: { failure: failureOf(note), success: note.outcome === 'ok' },
        ...timed(note, id),
      })),
      tls_handshakes: of('tls').map(({ note, id }) => ({
        address: `[scrubbed]:${note.port}`,
        failure: failureOf(note),
        network: 'tcp',
        no_tls_verify: false,
        server_name: !isAddress(note.host) ? nameOf(note.host) : '',
        ...timed(note, id),
      })),
      network_events: notes.all.map((note, index) => ({
        address: `[scrubbed]:${note.port}`,
        failure: failureOf(note),
        operation: OPERATIONS[note.kind],
        proto: note.kind === 'udp' || note.kind === 'dns' ? 'udp' : 'tcp',
        ...timed(note, index + 1),
      })),
    },
  };
}

function failureOf({ kind, outcome }: Note): string | null {
  return kind === 'dns' && outcome === 'refused' ? 'dns_nxdomain_error' : FAILURES[outcome];
}

function timed({ began, ended }: Note, id: number): object {
  return { t0: began, t: ended, transaction_id: id };
}
