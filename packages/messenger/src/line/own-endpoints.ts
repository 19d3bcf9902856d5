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
 * Asks, and keeps the record with its signature. Answers the endpoints that are new to this device; null when
 * nothing changed or the server does not say.
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
    return told.endpoints.join() === endpoints.join() ? null : told.endpoints;
  } catch (error) {
    // What we have goes on: a server that refuses, or says nonsense, has no better.
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

function bodyOf(record: Uint8Array) {
  return decodeAccessRecordBody(decodeAccessRecord(record).body);
}
