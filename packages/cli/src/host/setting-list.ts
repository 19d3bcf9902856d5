/**
 * Every setting of a server: its name, what its value looks like and what it does. The configuration file,
 * the environment and `--set` all speak of them by these names, and `polynya settings` prints them.
 */
import { parseConfig } from '@polynya/server/config';

/** `bytes` and `time` (kept in ms) take units; `list` is words between blanks. */
export type SettingKind = 'text' | 'list' | 'count' | 'bytes' | 'time';

export interface Setting {
  readonly name: string;
  readonly kind: SettingKind;
  readonly what: string;
  /** Of a setting that is not one of the server's limits, for the file; '' for none. */
  readonly usual?: string;
}

export interface Section {
  readonly title: string;
  readonly settings: readonly Setting[];
}

const of = (name: string, kind: SettingKind, what: string, usual?: string): Setting => ({
  name,
  kind,
  what,
  ...(usual !== undefined && { usual }),
});

export const sections: readonly Section[] = [
  {
    title: 'Where it runs and where it is found',
    settings: [
      of(
        'data',
        'text',
        'The data folder: identity, keys, and the database unless it is PostgreSQL. Else .polynya in the project.',
        '',
      ),
      of('host', 'text', 'The address to listen on. Else 127.0.0.1, and 0.0.0.0 with TLS.', ''),
      of('port', 'count', 'The port to listen on.', '8787'),
      of(
        'public',
        'list',
        'URLs at which others reach this server, such as https://example.org. Needed behind a proxy.',
        '',
      ),
      of(
        'bridge',
        'list',
        'The lines that polynya bridge printed for this server. Who is let in is told four of them.',
        '',
      ),
      of(
        'direct',
        'text',
        'Where others find a UDP port of this machine, such as 203.0.113.5:33478, for clients that get no TLS through (WebRTC). With /3478 behind it another one answers STUN, by which volunteers and who they help find each other. Else there is none.',
        '',
      ),
      of(
        'dns.zone',
        'text',
        'A zone, such as t.example.org, that is delegated to this machine (NS): people ask for names below it where nothing but DNS passes. Else there is none.',
        '',
      ),
      of(
        'dns.nameserver',
        'text',
        'What the delegation calls this machine. Else the name of the first public URL.',
        '',
      ),
      of('dns.host', 'text', 'The address to answer DNS at, UDP and TCP. Else as host.', ''),
      of('dns.port', 'count', 'The port to answer DNS at.', '53'),
      of('tls.cert', 'text', 'The certificate, a PEM file. Without it, leave TLS to a proxy.', ''),
      of('tls.key', 'text', 'Its key, a PEM file without a password.', ''),
      of(
        'acme.names',
        'list',
        'Names and addresses of this machine: a certificate for all of them is fetched and renewed (ACME), which takes port 443. To set them is to agree with the terms of the authority.',
        '',
      ),
      of('acme.directory', 'text', 'The authority. Else Let’s Encrypt.', ''),
      of('acme.contact', 'text', 'A mail address that the authority is told.', ''),
      of(
        'acme.profile',
        'text',
        'The kind of certificate, where the authority has several. Else shortlived for addresses at Let’s Encrypt.',
        '',
      ),
      of(
        'decoy',
        'text',
        'A folder with a web site for everybody else: page and people are behind a secret path then, which invites carry. Else the page is at the root.',
        '',
      ),
      of(
        'ops.port',
        'count',
        'A port for /healthz, /readyz and /metrics, which is not for the network. 0: none.',
        '0',
      ),
      of('ops.host', 'text', 'The address that it listens on.', '127.0.0.1'),
      of(
        'ops.traces',
        'text',
        'An OpenTelemetry collector that is sent traces of requests (OTLP/HTTP, JSON), such as http://127.0.0.1:4318/v1/traces. They tell what is asked when, and nothing of whom.',
        '',
      ),
      of('ops.traceOneIn', 'count', 'Of so many requests one is traced.', '100'),
      of(
        'inside.port',
        'count',
        'The port at which other processes on the same PostgreSQL database hand over what is for sessions here. 0: none.',
        '0',
      ),
      of(
        'inside.host',
        'text',
        'The address that it listens on, as the others reach it: not 0.0.0.0.',
        '127.0.0.1',
      ),
      of(
        'push',
        'text',
        'Whether browsers that are away may be told by their push services that something came: yes or no. With no, this server asks nothing of any push service.',
        'yes',
      ),
      of(
        'postgres',
        'text',
        'The URL of a PostgreSQL database to keep everything in but identity and keys. Else SQLite in the data folder.',
        '',
      ),
    ],
  },
  {
    title: 'How long things are kept',
    settings: [
      of('keep.days', 'count', 'Days that messages and files are kept.'),
      of('keep.largeBlobDays', 'count', 'Days that large files are kept.'),
      of('keep.largeBlob', 'bytes', 'A file of more than this is large.'),
      of('keep.maxBytes', 'bytes', 'The oldest go while more than this is stored in all.'),
      of(
        'keep.logBytes',
        'bytes',
        'The oldest messages of a chat go while it holds more than this.',
      ),
    ],
  },
  {
    title: 'What people may do',
    settings: [
      of(
        'rates.entries.burst',
        'count',
        'Messages that one device sends to one chat at once; then one in everyMs.',
      ),
      of('rates.entries.everyMs', 'time', 'One more message after this: 60 a minute.'),
      of(
        'rates.commits.burst',
        'count',
        'Changes of a group (who is in it, whose keys are new) at once.',
      ),
      of('rates.commits.everyMs', 'time', 'One more change after this.'),
      of(
        'rates.signals.burst',
        'count',
        'Signals that are not stored (somebody types) of one device to one chat at once.',
      ),
      of('rates.signals.everyMs', 'time', 'One more signal after this.'),
      of(
        'rates.makes.burst',
        'count',
        'Chats, files, invites and contact tokens that one device makes at once.',
      ),
      of('rates.makes.everyMs', 'time', 'One more of them after this.'),
      of(
        'rates.subscriptions.burst',
        'count',
        'Browsers that ask anew to be told of one chat while they are away, at once. A chat holds 1,024.',
      ),
      of('rates.subscriptions.everyMs', 'time', 'One more browser after this.'),
      of(
        'allowance.stored',
        'bytes',
        'Files that one person has stored at a time, nearly: what is stored counts less each day until keep.days have passed.',
      ),
      of(
        'allowance.bytes',
        'bytes',
        'Files that all who come by one use of an invite of yours may ever store.',
      ),
      of('allowance.logs', 'count', 'Chats that they may ever make.'),
      of('allowance.invites', 'count', 'Invites that they may ever make.'),
    ],
  },
  {
    title: 'Connections',
    settings: [
      of('http.connections', 'count', 'Connections at a time; each takes a file handle.'),
      of('http.headerBytes', 'bytes', 'The head of a request.'),
      of('http.headersMs', 'time', 'Until the head of a request is here.'),
      of('http.requestMs', 'time', 'Until a whole request is here.'),
      of('http.idleMs', 'time', 'A connection without a request is closed after this.'),
      of('http.drainMs', 'time', 'Requests under way get this long to end when the server stops.'),
    ],
  },
  {
    title: 'What polynya statement says of you',
    settings: [
      of('statement.operator', 'text', 'Who runs this server.', ''),
      of('statement.place', 'text', 'Where its data is: country and city.', ''),
      of('statement.contact', 'text', 'Where you can be reached.', ''),
    ],
  },
];

export const settings: ReadonlyMap<string, Setting> = new Map(
  sections.flatMap((section) => section.settings.map((setting) => [setting.name, setting])),
);

/** The limits of a server as dotted names with the values that hold unless the host says otherwise. */
export function limitDefaults(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const walk = (value: object, path: string): void => {
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'object') walk(inner, `${path}${name}.`);
      else found.set(`${path}${name}`, inner);
    }
  };
  walk(parseConfig(), '');
  return found;
}

/** The variable of the environment that sets it: POLYNYA_KEEP_DAYS for keep.days. */
export const variableOf = (name: string): string =>
  `POLYNYA_${name.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()}`;

const WIDTH = 100;

/** A whole configuration file: every setting with what it does, commented out at its usual value. */
export function documentedFile(): string {
  const defaults = limitDefaults();
  const lines = [
    '# Settings of a Polynya server. What is commented out is what holds without it.',
    '# A variable of the environment overrides a line here (keep.days: POLYNYA_KEEP_DAYS), and an option',
    '# of the command line overrides both (--set keep.days=14). Sizes take KB, MB, GB, TB (1,000 each) and',
    '# KiB, MiB, GiB, TiB (1,024 each); times take ms, s, min, h, d.',
  ];
  for (const { title, settings: list } of sections) {
    lines.push('', `## ${title}`);
    for (const { name, kind, what, usual } of list) {
      lines.push('', ...wrapped(what));
      lines.push(`#${name} = ${usual ?? written(kind, defaults.get(name) ?? 0)}`.trimEnd());
    }
  }
  return `${lines.join('\n')}\n`;
}

const units = {
  bytes: [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MiB', 1_048_576],
    ['MB', 1e6],
    ['KiB', 1_024],
    ['KB', 1e3],
  ],
  time: [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ],
} as const;

/** A number as the file has it, in the largest unit that divides it. */
export function written(kind: SettingKind, value: number): string {
  if (kind !== 'bytes' && kind !== 'time') return String(value);
  const unit = units[kind].find(([, size]) => value > 0 && value % size === 0);
  return unit ? `${value / unit[1]} ${unit[0]}` : String(value);
}

/** The number that a text means, in bytes or ms where it has a unit; undefined if it means none. */
export function readNumber(kind: SettingKind, text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15})\s*([a-z]*)$/i.exec(text.replaceAll(/[_,]/g, '')) ?? [];
  if (digits === undefined) return undefined;
  if (unit === '') return Number(digits);
  if (kind !== 'bytes' && kind !== 'time') return undefined;
  const all: readonly (readonly [string, number])[] = [
    ...units[kind],
    ['TiB', 2 ** 40],
    ['GiB', 2 ** 30],
    ['B', 1],
  ];
  const size = all.find(([name]) => name.toLowerCase() === unit.toLowerCase())?.[1];
  return size === undefined ? undefined : Number(digits) * size;
}

function wrapped(text: string): string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length > WIDTH) lines.push('#');
    lines[lines.length - 1] += ` ${word}`;
  }
  return lines;
}
