/**
 * The endpoints that a server has for this device, bridges among them (docs/protocol.md section 2): asked for
 * once the line stands, and again after half a day. In a file that loads only then.
 */
import {
  decodeAccessRecord,
  decodeAccessRecordBody,
  endpointHash,
} from '@polynya/protocol/access-record';
import { toHex } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Connection } from '@polynya/reach/client';
import { openEndpointRecord } from '@polynya/reach/known-server';
import type { Store } from '../store/store.ts';
import type { Server } from './server.ts';

/**
 * Asks, and keeps the record with its signature. Answers the endpoints from now on, those that were known in
 * their order and then the new ones; null when nothing changed or the server does not say.
 * @param now by the server's clock, in ms since 1970
 * @throws StoreError
 */
export async function askForEndpoints(
  connection: Connection,
  { identity, allowance, endpoints }: Server,
  store: Store,
  now: number,
): Promise<readonly string[] | null> {
  const key = `endpoints/${toHex(identity)}`;
  const held = await store.get('self', key);
  const { serial } = held ? bodyOf(held) : { serial: 0 };
  try {
    const knows = endpoints.map(endpointHash);
    const { record } = await connection.call({ op: 'endpoints', allowance, knows, serial });
    if (record.length === 0) return null;
    const told = await openEndpointRecord(record, identity, now);
    if (told.serial <= serial || told.endpoints.length === 0) return null;
    await store.apply([{ table: 'self', key, value: record }]);
    const kept = endpoints.filter((endpoint) => told.endpoints.includes(endpoint));
    const next = [...new Set([...kept, ...told.endpoints])];
    return next.join() === endpoints.join() ? null : next;
  } catch (error) {
    // What we have goes on: a server that refuses, or says nonsense, has no better.
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

function bodyOf(record: Uint8Array) {
  return decodeAccessRecordBody(decodeAccessRecord(record).body);
}
