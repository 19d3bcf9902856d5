/** What a client knows of a server: its identity, and the newest access record it has accepted (docs/protocol.md section 2). */
import type { AccessRecordBody } from '@polynya/protocol/access-record';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { openAccessRecord } from '../seal/access-record-signing.ts';

export class KnownServer {
  readonly identity: Uint8Array;
  #record: AccessRecordBody | null = null;

  constructor(identity: Uint8Array) {
    this.identity = identity;
  }

  get record(): AccessRecordBody | null {
    return this.#record;
  }

  /**
   * Accepts a record. Throws ProtocolError 'malformed' for one that is not this server's, older than
   * one seen before or without a key, 'expired' for one that is past by this device's clock, 'version'.
   */
  async learn(encoded: Uint8Array, now: number): Promise<AccessRecordBody> {
    const body = await openAccessRecord(encoded, this.identity);
    if (body.until * 1_000 < now) throw new ExpiredRecord(body.issued * 1_000);
    if (body.serial < (this.#record?.serial ?? 0) || body.keys.length === 0) {
      throw new ProtocolError('malformed', 'access record older than one seen before, or no keys');
    }
    this.#record = body;
    return body;
  }

  /** The server's newest X-Wing key, or null if none is known that is still good at `now`. */
  keyAt(now: number): Uint8Array | null {
    const newest = this.#record?.keys[0];
    return newest && newest.until * 1_000 > now ? newest.key : null;
  }
}

/** A record that is past: an old one, or this device's clock is wrong. */
export class ExpiredRecord extends ProtocolError {
  /** When the server made it, by its own clock, in ms since 1970. */
  readonly issued: number;

  constructor(issued: number) {
    super('expired', 'access record is past');
    this.issued = issued;
  }
}

/**
 * What a record says that is about endpoints alone. Throws ProtocolError 'malformed' for one that is not
 * this server's, 'expired' for one that is past at `now`, in ms since 1970, 'version'.
 */
export async function openEndpointRecord(
  encoded: Uint8Array,
  identity: Uint8Array,
  now: number,
): Promise<AccessRecordBody> {
  const body = await openAccessRecord(encoded, identity);
  if (body.until * 1_000 < now) throw new ExpiredRecord(body.issued * 1_000);
  return body;
}
