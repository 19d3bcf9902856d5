/** A server this device is admitted to, and the own inbox there. One record of the store for each. */
import { equal, toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { LIMITS } from '@polynya/protocol/limits';
import {
  bool,
  bytes,
  type Infer,
  list,
  optional,
  struct,
  text,
  uint,
} from '@polynya/protocol/schema';
import type { Change, Store } from '../store/store.ts';

const codec = struct({
  identity: bytes(32),
  endpoints: list(text(LIMITS.endpoint), LIMITS.endpoints, 1),
  /** Where the page is: what invite links begin with. */
  page: text(2_048),
  allowance: bytes(32),
  /** The invite was spent: the allowance is good. */
  admitted: bool,
  /** The newest access record, so that the next start need not ask for it. */
  record: optional(bytes(1, 40_000)),
  inbox: struct({
    log: bytes(16),
    secret: bytes(32),
    /** It exists on the server. */
    made: bool,
    /** The last letter that was dealt with. */
    cursor: uint(),
  }),
});
export type Server = Infer<typeof codec>;

const HOME = { table: 'self', key: 'home' } as const;

export function serverSaved(server: Server): Change {
  const key = `server/${toHex(server.identity)}`;
  return { table: 'self', key, value: encodeCbor(codec.encode(server)) };
}

/** To be stored before a second server is: on which one new conversations are made. */
export function homeSaved({ identity }: Pick<Server, 'identity'>): Change {
  return { ...HOME, value: identity };
}

/** The home server first. */
export async function loadServers(store: Store): Promise<Server[]> {
  const rows = await store.range('self', { from: 'server/', to: 'server0' });
  const home = await store.get(HOME.table, HOME.key);
  const isHome = ({ identity }: Server) => Number(home !== undefined && equal(identity, home));
  return rows
    .map(([, value]) => codec.decode(decodeCbor(value)))
    .sort((a, b) => isHome(b) - isHome(a));
}
