/**
 * Arriving by a link: this device is admitted to the server, takes the Welcome and is in the conversation. What
 * was begun is in the store before the first step that spends something, so that a crash anywhere only delays:
 * `resume` goes on from there.
 */
import type { Engine } from '@polynya/mls/engine';
import { equal, toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import type { WelcomePackage } from '@polynya/protocol/content';
import { decodeInvite, encodeInvite, type Invite as Link } from '@polynya/protocol/invite-link';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { struct, text } from '@polynya/protocol/schema';
import { seatSecrets } from '@polynya/protocol/seat-secrets';
import { hostOf } from '@polynya/reach/client/line';
import { type ChatId, type InvitePreview, Problem } from '../api.ts';
import { heldChanges } from '../conversation/held.ts';
import { openSeat } from '../conversation/joining.ts';
import type { Device } from '../device.ts';
import { decodeCredential } from '../identity/credential.ts';
import { personBytes } from '../identity/person.ts';
import { Self } from '../identity/self.ts';
import { shownName } from '../identity/shown-name.ts';
import { homeSaved, type Server, serverSaved } from '../line/server.ts';
import type { ServerLink } from '../line/server-link.ts';
import { chatOfLog } from '../recovery/chats.ts';
import type { Change } from '../store/store.ts';
import { getPackage } from './sealed-blob.ts';
import { seatKeyPackage } from './seat-keys.ts';

/** Where an arrival under way is written down. */
const record = struct({ link: text(LIMITS.invite) });
const PREFIX = 'arriving/';

/** What somebody arrives by; other links are for devices/. */
type Invite = Extract<Link, { kind: 'server' | 'seat' }>;

/** The line to an invite's server, which need not be ours, and what lay behind the invite if that was fetched. */
export interface Visit {
  readonly invite: string;
  readonly line: ServerLink;
  readonly received: WelcomePackage | null;
}

/** @throws Problem 'invite-malformed', 'invite-version' */
export function readLink(link: string): Link {
  try {
    return decodeInvite(link);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new Problem(error.code === 'version' ? 'invite-version' : 'invite-malformed');
  }
}

/** @throws Problem as `readLink`, and 'invite-malformed' for a link of another kind */
function readInvite(link: string): Invite {
  const read = readLink(link);
  if (read.kind === 'server' || read.kind === 'seat') return read;
  throw new Problem('invite-malformed');
}

/** Uses nothing up and leaves nothing behind. @throws Problem */
export async function previewInvite(
  device: Device,
  link: string,
  unasked = false,
): Promise<InvitePreview> {
  const invite = readLink(link);
  const { kind } = invite;
  const hosts = unasked ? strangers(device, link, invite) : [];
  const nothing = { direct: false, title: '', inviter: '', people: 0, hosts };
  const meets = kind === 'seat' || kind === 'device';
  if (meets && hosts.length > 0) return { kind: 'elsewhere', ...nothing };
  if (kind !== 'seat') return { kind, ...nothing };
  const { about } = await look(device, link, invite);
  const inviter = about.people.find(({ root }) => equal(personBytes(root), about.inviter));
  return {
    kind: 'chat',
    direct: about.direct,
    title: shownName(about.title),
    inviter: shownName(inviter?.name ?? ''),
    people: about.people.length,
    hosts,
  };
}

/**
 * Hosts that would learn this device's address, where its server is none of ours. Whoever is new has shown it already to
 * the host of the page that they opened; whoever is not may have been sent a link to their own page that leads anywhere.
 */
function strangers(
  { links, registered }: Device,
  link: string,
  { identity, endpoints }: Pick<Link, 'identity' | 'endpoints'>,
): string[] {
  const hosts = [...new Set(endpoints.map(hostOf))].filter((host) => host !== '');
  const met = links.has(toHex(identity)) || (!registered && hosts.includes(hostOf(link)));
  return met ? [] : hosts;
}

/**
 * @param name of the person to be made; null for one who is registered
 * @returns the conversation that was joined, still on the way from seat to device; null for a server's invite
 * @throws Problem
 */
export async function arrive(
  device: Device,
  link: string,
  name: string | null,
): Promise<ChatId | null> {
  const invite = readInvite(link);
  const underWay = device.arrivals.get(keyOf(invite));
  if (underWay) return underWay;
  const visit = lookedAt(device, invite) ?? newVisit(device, link, invite);
  const { line } = visit;
  try {
    const received = invite.kind === 'seat' ? await refuseUseless(device, visit, invite) : null;
    if (invite.kind === 'server' && line.server.admitted) throw new Problem('already-member');
    const self = name === null ? device.self : await Self.create(device.ports.random, name);
    return await enter(device, line, invite, self, name === null ? [] : [self.saved()], received);
  } catch (error) {
    leave(device, line);
    throw error;
  }
}

/** Begins an arrival as `self`. @param changes stored together with it */
export async function enter(
  device: Device,
  line: ServerLink,
  invite: Invite,
  self: Self,
  changes: readonly Change[],
  received: WelcomePackage | null = null,
): Promise<ChatId | null> {
  const home = device.registered ? [homeSaved(device.homeLink.server)] : [];
  await device.ports.store.apply([arriving(invite), serverSaved(line.server), ...home, ...changes]);
  device.become(self);
  return goOn(device, device.settle(line), invite, received);
}

/** Takes up what was under way when the program ended. A link that proves used up is given up silently. */
export async function resumeArrivals(device: Device): Promise<void> {
  const rows = await device.ports.store.range('invite', { from: PREFIX, to: 'arriving0' });
  for (const [, value] of rows) {
    const invite = readInvite(record.decode(decodeCbor(value)).link);
    const link = device.links.get(toHex(invite.identity));
    if (!link) continue;
    goOn(device, link, invite).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : 'unknown';
      device.ports.log(`an invite could not be followed: ${why}`);
    });
  }
}

/** One at a time for each invite. */
function goOn(
  device: Device,
  link: ServerLink,
  invite: Invite,
  received: WelcomePackage | null = null,
): Promise<ChatId | null> {
  const { arrivals } = device;
  const key = keyOf(invite);
  const arrival = takeSteps(device, link, invite, received).finally(() => arrivals.delete(key));
  arrivals.set(key, arrival);
  return arrival;
}

/** Each step can be repeated: the server answers a repeat as it answered at first. */
async function takeSteps(
  device: Device,
  link: ServerLink,
  invite: Invite,
  received: WelcomePackage | null,
): Promise<ChatId | null> {
  try {
    await admit(link, invite);
    if (invite.kind === 'server') {
      await device.ports.store.apply([arrived(invite)]);
      return null;
    }
    return await sitDown(device, invite, received ?? (await welcomeOf(link, invite)));
  } catch (error) {
    if (error instanceof Problem) await giveUp(device, link, invite);
    throw error;
  }
}

async function admit(link: ServerLink, invite: Invite): Promise<void> {
  const { server } = link;
  if (!server.admitted) {
    const secret = invite.kind === 'seat' ? seatSecrets(invite.secret).admit : invite.secret;
    try {
      await link.connection.call({ op: 'admit', invite: secret, allowance: server.allowance });
    } catch (error) {
      if (error instanceof ProtocolError && !error.retriable) throw new Problem('invite-used');
      throw error;
    }
    await link.update({ ...link.server, admitted: true });
  }
  link.start();
}

async function sitDown(device: Device, invite: Invite, received: WelcomePackage): Promise<ChatId> {
  const { store, engine, random, clock } = device.ports;
  const chat = chatOfLog(device, received.log);
  const before = device.conversations.get(chat);
  if (before && ['active', 'joining'].includes(before.held.state.phase)) {
    await store.apply([arrived(invite)]);
    return chat;
  }
  const known = { server: invite.identity, secret: invite.secret, now: clock.now() };
  const held = await openSeat(engine, random, known, received);
  await before?.close();
  await store.apply([...heldChanges(chat, null, held), arrived(invite)]);
  const conversation = await device.addConversation(chat, held);
  await conversation.start();
  conversation.touch();
  return chat;
}

/** Before anything is spent: is there a conversation behind it that we are not in? */
async function refuseUseless(
  device: Device,
  visit: Visit,
  invite: Extract<Invite, { kind: 'seat' }>,
): Promise<WelcomePackage> {
  const me = device.registered;
  if (me && equal(invite.inviter, me.personBytes)) throw new Problem('invite-own');
  const received = visit.received ?? (await welcomeOf(visit.line, invite));
  const mine = device.conversations.get(chatOfLog(device, received.log))?.held.state.phase;
  if (mine === 'active' || mine === 'joining' || mine === 'stopped')
    throw new Problem('already-member');
  return received;
}

async function welcomeOf(
  { connection, world: { engine } }: Pick<ServerLink, 'connection' | 'world'>,
  invite: Invite,
): Promise<WelcomePackage> {
  try {
    const received = await getPackage(connection, invite.secret);
    if (invite.kind === 'seat') await checkInviter(engine, invite, received);
    return received;
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.retriable) throw error;
    throw new Problem(error.code === 'malformed' ? 'invite-malformed' : 'invite-used');
  }
}

/** The link, the seat and the words with it name one person, who made the seat. @throws ProtocolError 'malformed' */
async function checkInviter(
  engine: Engine,
  { secret, inviter }: Extract<Invite, { kind: 'seat' }>,
  { about, credential }: WelcomePackage,
): Promise<void> {
  const seat = credential ?? new Uint8Array(0);
  await seatKeyPackage(engine, secret, seat);
  const madeBy = personBytes(decodeCredential(seat).root);
  if (equal(madeBy, inviter) && equal(about.inviter, inviter)) return;
  throw new ProtocolError('malformed', 'a seat of somebody else than the link names');
}

/** Fetches what lies behind an invite; the line to a server that is not ours stays open, for whoever follows it. */
async function look(device: Device, link: string, invite: Invite): Promise<WelcomePackage> {
  if (device.previewed) leave(device, device.previewed.line);
  device.previewed = null;
  const visit = newVisit(device, link, invite);
  try {
    const received = await welcomeOf(visit.line, invite);
    if (!isOurs(device, visit.line)) device.previewed = { ...visit, received };
    return received;
  } catch (error) {
    leave(device, visit.line);
    throw error;
  }
}

/** The visit by which this invite was looked at, if that was the last one and its server is not ours meanwhile. */
function lookedAt(device: Device, invite: Invite): Visit | null {
  const { previewed } = device;
  device.previewed = null;
  const known = device.links.has(toHex(invite.identity));
  if (previewed && !known && previewed.invite === keyOf(invite)) return previewed;
  if (previewed) leave(device, previewed.line);
  return null;
}

function newVisit(device: Device, link: string, invite: Invite): Visit {
  const ours = device.links.get(toHex(invite.identity));
  const line = ours ?? device.visit(newServer(device, link, invite));
  return { invite: keyOf(invite), line, received: null };
}

function isOurs(device: Device, line: ServerLink): boolean {
  return device.links.get(toHex(line.server.identity)) === line;
}

/** Ends a visit that came to nothing. */
function leave(device: Device, line: ServerLink): void {
  if (!isOurs(device, line)) line.close();
}

async function giveUp(device: Device, link: ServerLink, invite: Invite): Promise<void> {
  const changes: Change[] = [arrived(invite)];
  if (!link.server.admitted) {
    const key = `server/${toHex(invite.identity)}`;
    changes.push({ table: 'self', key, value: null });
    device.removeServer(invite.identity);
    if (!device.registered) {
      changes.push({ table: 'self', key: 'person', value: null });
      device.become(null);
    }
  }
  await device.ports.store.apply(changes);
}

export function newServer(
  { ports }: Device,
  link: string,
  invite: Pick<Invite, 'identity' | 'endpoints'>,
): Server {
  const { random } = ports;
  const page = link.includes('#') ? link.slice(0, link.indexOf('#')).trim() : '';
  return {
    identity: invite.identity,
    endpoints: invite.endpoints,
    page,
    allowance: random(32),
    admitted: false,
    record: null,
    inbox: { log: random(16), secret: random(32), made: false, cursor: 0 },
  };
}

function keyOf(invite: Invite): string {
  return `${PREFIX}${toHex(seatSecrets(invite.secret).blobId)}`;
}

function arriving(invite: Invite): Change {
  const value = encodeCbor(record.encode({ link: encodeInvite(invite) }));
  return { table: 'invite', key: keyOf(invite), value };
}

function arrived(invite: Invite): Change {
  return { table: 'invite', key: keyOf(invite), value: null };
}
