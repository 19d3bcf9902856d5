/**
 * The endpoints that a server has for this device, bridges among them (docs/protocol.md section 2): asked for in each
 * session, pushed when others come, or handed on by a member. In a file that loads only then.
 */
import {
  type AccessRecordBody,
  decodeAccessRecord,
  decodeAccessRecordBody,
  endpointHash,
} from '@polynya/protocol/access-record';
import { toHex } from '@polynya/protocol/bytes';
import { isHostAddresses } from '@polynya/protocol/host-addresses';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Connection } from '@polynya/reach/client/client';
import { openEndpointRecord } from '@polynya/reach/client/known-server';
import type { Store } from '../store/store.ts';
import type { Server } from './server.ts';

/** What is known of a server, and where it is kept. */
export interface Knowing {
  readonly connection: Pick<Connection, 'call' | 'listed'>;
  readonly server: Server;
  readonly store: Store;
  /** Hears where hosts are that are known by name, as a record's endpoint says it. */
  readonly hostsAt?: ((line: string) => void) | undefined;
  /** By the server's clock, in ms since 1970. */
  readonly now: number;
}

export interface Learned {
  /** From now on: those that were known in their order, and then the new ones. */
  readonly endpoints: readonly string[];
  readonly record: Uint8Array;
}

/**
 * Asks, for what comes later in this session too, and keeps the record with its signature. Null when nothing changed or
 * the server does not say. @throws StoreError
 */
export async function askForEndpoints(knowing: Knowing): Promise<Learned | null> {
  const { connection, server } = knowing;
  const { allowance, endpoints } = server;
  const { serial } = await heldBy(knowing);
  const asked = { allowance, knows: endpoints.map(endpointHash), serial };
  try {
    const { record } = await connection
      .call({ op: 'follow', ...asked })
      // Of a server that does not know that request yet.
      .catch(() => connection.call({ op: 'endpoints', ...asked }));
    return record.length === 0 ? null : await learn(record, knowing, serial);
  } catch (error) {
    // What we have goes on: a server that refuses, or says nonsense, has no better.
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** Takes a record that the server pushed. Null when it changes nothing. @throws StoreError */
export async function takeTold(record: Uint8Array, knowing: Knowing): Promise<Learned | null> {
  try {
    return await learn(record, knowing, (await heldBy(knowing)).serial);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/**
 * Takes a record that a member handed on. Of the own shelf it counts as if it had been asked for; of another one its
 * bridges come behind those that are known, until the own shelf changes. Null if it brings nothing. @throws StoreError
 */
export async function takeHandedOn(record: Uint8Array, knowing: Knowing): Promise<Learned | null> {
  const { connection, server, now } = knowing;
  const { endpoints, identity } = server;
  try {
    const told = await openEndpointRecord(record, identity, now);
    const held = await heldBy(knowing);
    const isBridge = (endpoint: string) =>
      !connection.listed.includes(endpoint) && !isHostAddresses(endpoint);
    const known = endpoints.filter(isBridge);
    // Behind the first there may be some that members handed on.
    const own = held.serial > 0 ? held.endpoints.filter(isBridge) : known.slice(0, 1);
    const isOwnShelf = known.length === 0 || own.some((one) => told.endpoints.includes(one));
    if (isOwnShelf) return await learn(record, knowing, held.serial);
    const next = [...new Set([...endpoints, ...waysIn(told, knowing)])].slice(0, LIMITS.endpoints);
    return next.length === endpoints.length ? null : { endpoints: next, record };
  } catch (error) {
    // Of another server, past, or no record at all: as if nothing had been said.
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** @throws ProtocolError for a record that does not hold */
async function learn(
  record: Uint8Array,
  knowing: Knowing,
  serial: number,
): Promise<Learned | null> {
  const { server, store, now } = knowing;
  const { identity, endpoints } = server;
  const told = await openEndpointRecord(record, identity, now);
  if (told.serial <= serial || told.endpoints.length === 0) return null;
  const ways = waysIn(told, knowing);
  await store.apply([{ table: 'self', key: recordKey(identity), value: record }]);
  const kept = endpoints.filter((endpoint) => ways.includes(endpoint));
  const next = [...new Set([...kept, ...ways])];
  return next.join() === endpoints.join() ? null : { endpoints: next, record };
}

/** Those that lead to the server. What else is said of where hosts are is handed to who can use it. */
function waysIn({ endpoints }: AccessRecordBody, { hostsAt }: Knowing): string[] {
  for (const line of endpoints.filter(isHostAddresses)) hostsAt?.(line);
  return endpoints.filter((endpoint) => !isHostAddresses(endpoint));
}

/** Where the newest record of the own shelf is kept, in the table `self`. */
export function recordKey(identity: Uint8Array): string {
  return `endpoints/${toHex(identity)}`;
}

/** The newest record of the own shelf; of serial 0 while there is none. */
async function heldBy({
  server,
  store,
}: Knowing): Promise<Pick<AccessRecordBody, 'serial' | 'endpoints'>> {
  const held = await store.get('self', recordKey(server.identity));
  return held
    ? decodeAccessRecordBody(decodeAccessRecord(held).body)
    : { serial: 0, endpoints: [] };
}
