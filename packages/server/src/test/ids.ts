/** Values for tests: each call of `id` or `secret` gives bytes that no other call gave. */
import { createHash } from 'node:crypto';
import type { NewEntry } from '@polynya/protocol/requests';

let last = 0;

export function secret(label = `secret ${last++}`): Uint8Array {
  return new Uint8Array(createHash('sha256').update(label).digest());
}

export function id(label?: string): Uint8Array {
  return secret(label).slice(0, 16);
}

export function hashOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

export function entry(epoch = 0, body = 'body'): NewEntry {
  return { id: id(), epoch, body: new TextEncoder().encode(body) };
}

/** Asserts what a ProtocolError has, for `rejects.toMatchObject`. */
export const refused = (code: string) => ({ name: 'ProtocolError', code });
