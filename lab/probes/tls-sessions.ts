/**
 * What a server does with TLS beyond its first answer: the tickets that it hands out and takes back (RFC 8446 section
 * 4.6.1, RFC 5077), the groups that it agrees on, and whether it shakes hands twice on one connection (RFC 5246 section 7.4.1.1).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Suspect } from './ask.ts';
import { acknowledgesNames } from './server-hello.ts';

const VERSIONS = ['tls1_3', 'tls1_2'] as const;
/** Groups that all libraries know: nothing else of what is asked hangs on another one then. */
const USUAL = 'X25519:P-256';
const GROUPS = ['X25519', 'P-256', 'P-384', 'P-521', 'X448', 'ffdhe2048'] as const;
/** What libraries of before 2025 do not know. */
const HYBRID = 'X25519MLKEM768';
/** The same for all: a ticket may hold it, and be as long as it is. */
const NAME = 'site.example';
/** Of a handshake on a busy machine; for tickets that come behind it; and for a second handshake, ms. */
const PATIENCE = 20_000;
const BEHIND = 700;
const AGAIN = 3_000;

/** What a host's settings decide, by what it is about. @param folder beside which sessions are kept meanwhile */
export async function settingsSeen(suspect: Suspect, folder: string): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  for (const version of VERSIONS) {
    const { first, again } = await comesTwice(suspect, version, folder);
    seen.set(`tickets of ${version}`, `${ticketsIn(first).length} for ${lifetimesIn(first)} s`);
    seen.set(`a ticket of ${version} that comes back`, takenIn(again));
  }
  for (const group of GROUPS) seen.set(`the group ${group}`, await groupTaken(suspect, group));
  seen.set('a second handshake on one connection', await secondHandshake(suspect));
  return seen;
}

/** What no setting of Node's reaches: a library has it one way. */
export async function librarySeen(suspect: Suspect, folder: string): Promise<Map<string, string>> {
  const { first, again } = await comesTwice(suspect, 'tls1_3', folder);
  return new Map([
    [`the group ${HYBRID}`, await groupTaken(suspect, HYBRID)],
    ['tickets for who came by one', `${ticketsIn(again).length}`],
    ['tickets', `of ${ticketsIn(first).join(' and ')} bytes`],
    ['a name', (await acknowledgesNames(suspect)) ? 'acknowledged' : 'passed over'],
  ]);
}

/** What every web site has that is held against others: else nothing was seen of it, and two that were not seen are alike. */
const SURE: ReadonlyMap<string, RegExp> = new Map([
  ...VERSIONS.flatMap((version) => [
    [`tickets of ${version}`, /^[1-9]/] as const,
    [`a ticket of ${version} that comes back`, /^taken$/] as const,
  ]),
  ['the group X25519', /^taken$/],
  ['tickets', /\d/],
]);

/** Of what was asked in `seen`, what any web site has and this one was not seen to have. */
export function unseenIn(seen: ReadonlyMap<string, string>): string[] {
  return [...seen].flatMap(([what, answer]) =>
    SURE.get(what)?.test(answer) === false ? [`${what}: ${answer}`] : [],
  );
}

/** What `openssl s_client` says of a visit, and of the next one by the session of the first. */
async function comesTwice(
  suspect: Suspect,
  version: (typeof VERSIONS)[number],
  folder: string,
): Promise<{ readonly first: string; readonly again: string }> {
  const kept = `${folder}.${version}`;
  const first = await visit(suspect, [`-${version}`, '-groups', USUAL, '-sess_out', kept]);
  const again = await visit(suspect, [`-${version}`, '-groups', USUAL, '-sess_in', kept]);
  return { first, again };
}

/** @throws Error where nothing was agreed on, nor refused, for so long: that is no answer to hold against another's */
export async function visit(
  { address, name, port = 443 }: Suspect,
  more: readonly string[],
  patience = PATIENCE,
): Promise<string> {
  const to = ['-connect', `${address}:${port}`, '-servername', NAME];
  const client = spawn('openssl', ['s_client', ...to, '-msg', ...more], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: patience,
  });
  let said = '';
  client.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  client.stdin.on('error', () => undefined);
  const closed = once(client, 'close');
  const agreed = () => /^ *Verify return code/m.test(said);
  // Who was ended by a signal has no exit code.
  while (!agreed() && client.exitCode === null && client.signalCode === null) {
    await Promise.race([closed, once(client.stdout, 'data')]);
  }
  if (!agreed() && client.signalCode !== null)
    throw new Error(
      `${name} shook no hands by ${more[0]} within ${patience / 1_000} s, nor refused`,
    );
  await pause(BEHIND);
  client.stdin.end();
  await closed;
  return said;
}

/** Their lengths, in bytes. */
function ticketsIn(said: string): number[] {
  const lengths = [...said.matchAll(/<<<.*\[length ([\da-f]+)\], NewSessionTicket/g)];
  return lengths.map(([, hex = '']) => Number.parseInt(hex, 16));
}

function lifetimesIn(said: string): string {
  const hints = [...said.matchAll(/ticket lifetime hint: (\d+)/g)].map(([, seconds]) => seconds);
  return [...new Set(hints)].join(' or ');
}

function takenIn(said: string): string {
  return /^Reused, /m.test(said) ? 'taken' : 'not taken';
}

async function groupTaken(suspect: Suspect, ecdhCurve: string): Promise<string> {
  const socket = await handshake(suspect, { ecdhCurve });
  const taken = socket !== null;
  socket?.destroy();
  return taken ? 'taken' : 'refused';
}

async function secondHandshake(suspect: Suspect): Promise<string> {
  const socket = await handshake(suspect, { maxVersion: 'TLSv1.2' });
  if (!socket) return 'no first one';
  const answer = await new Promise<string>((resolve) => {
    setTimeout(resolve, AGAIN, 'not to be had').unref();
    socket.once('close', () => resolve('not to be had'));
    socket.renegotiate({ rejectUnauthorized: false }, (error) => {
      resolve(error ? 'not to be had' : 'done');
    });
  });
  socket.destroy();
  return answer;
}

/** Null where there is none. */
async function handshake(
  { address, port = 443 }: Suspect,
  hello: ConnectionOptions,
): Promise<TLSSocket | null> {
  const to = { host: address, port, servername: NAME, rejectUnauthorized: false };
  const socket = connect({ ...to, ...hello });
  const done = await once(socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE) }).then(
    () => true,
    () => false,
  );
  socket.on('error', () => socket.destroy());
  if (!done) socket.destroy();
  return done ? socket : null;
}
