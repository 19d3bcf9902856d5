/**
 * A second client of the log, made from docs/protocol.md alone, of nothing but what Node 26 brings:
 * `node examples/second-client.ts LINK [post]`, LINK being an invite to a server.
 */
import { randomBytes } from 'node:crypto';
import { type Carrier, postCarrier, webSocketCarrier } from './second-client/carriers.ts';
import { bytes, decode, encode, list, Malformed, text, uint } from './second-client/cbor.ts';
import * as requests from './second-client/requests.ts';
import { sha256 } from './second-client/seal.ts';
import { fetchRecord, type Listener, Refusal, Session } from './second-client/session.ts';

/** What an invite to a server holds. */
export interface ServerInvite {
  identity: Uint8Array;
  endpoints: string[];
  secret: Uint8Array;
}

/** Reads an invite link (docs/protocol.md, section 7). Throws Malformed. */
export function readServerInvite(link: string): ServerInvite {
  const payload = link.slice(link.indexOf('#') + 1);
  const decoded = Buffer.from(payload, 'base64url');
  if (decoded.toString('base64url') !== payload) throw new Malformed('not base64url');
  const [kind, version, identity, endpoints, secret] = list(decode(decoded));
  if (kind !== 0 || version !== 1) throw new Malformed('no invite to a server that is known here');
  return {
    identity: bytes(identity, 32),
    endpoints: list(endpoints).map(text),
    secret: bytes(secret, 32),
  };
}

export type CarrierName = 'websocket' | 'post';

/** A carrier to an endpoint. */
export async function connect(endpoint: string, name: CarrierName): Promise<Carrier> {
  return name === 'post' ? postCarrier(endpoint) : webSocketCarrier(endpoint);
}

async function main(link: string, carrierName: CarrierName): Promise<void> {
  const invite = readServerInvite(link);
  const endpoint = invite.endpoints[0] as string;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const newSession = async (first: requests.Request[], listener: Listener = {}) => {
    const carrier = await connect(endpoint, carrierName);
    const record = await fetchRecord(carrier, invite.identity);
    return Session.start(carrier, invite.identity, record, first, listener);
  };

  const [log, capability, allowance] = [randomBytes(16), randomBytes(32), randomBytes(32)];
  say(`Server ${Buffer.from(invite.identity).toString('hex').slice(0, 16)} at ${endpoint}.`);
  const { session: writer, answers } = await newSession([
    requests.admit(invite.secret, allowance),
    requests.create(log, capability, allowance),
    requests.open(1, log, capability),
  ]);
  const refused = answers.find((answer) => answer instanceof Refusal);
  if (refused) throw refused;
  say(`Admitted, and log ${log.toString('hex')} made, in the first flight.`);

  const pushed = Promise.withResolvers<requests.Entry>();
  const signalled = Promise.withResolvers<Uint8Array>();
  const { session: reader } = await newSession([requests.open(7, log, capability)], {
    push: (_, [entry]) => entry && pushed.resolve(entry),
    signal: (_, body) => signalled.resolve(body),
  });
  const [head] = await reader.ask(requests.watch(7));
  const listening = reader.listen().catch(() => undefined);
  say(`A second session watches it; its head is ${uint(head)}.`);

  const hello = { id: randomBytes(16), epoch: 0, body: Buffer.from('Привет, 𝕡olynya!') };
  const first = await writer.ask(requests.append(1, [hello]));
  say(`Appended an entry: seq ${list(first[0]).join()}.`);
  const again = await writer.ask(requests.append(1, [hello]));
  say(`Appended it again: still seq ${list(again[0]).join()}.`);
  const seen = await pushed.promise;
  say(`The watcher was handed seq ${seen.seq}: ${Buffer.from(seen.body).toString()}`);
  await writer.ask(requests.signal(1, Buffer.from('typing')));
  say(`The watcher was signalled: ${Buffer.from(await signalled.promise).toString()}`);

  const next = randomBytes(32);
  const turn = { closes: true, next: sha256(next) };
  const closing = { id: randomBytes(16), epoch: 0, body: Buffer.from('a Commit') };
  const [seq] = await writer.ask(requests.commit(1, closing, turn));
  say(`A closing Commit is seq ${uint(seq)}: epoch 1 has a new capability.`);
  await writer.ask(requests.open(1, log, next));
  const [entries] = await writer.ask(requests.read(1, 1));
  let hash = sha256('polynya log', log);
  for (const entry of list(entries)) hash = sha256(hash, encode(entry));
  say(`Read ${list(entries).length} entries back; the running hash is ${hash.toString('hex')}.`);
  reader.close();
  writer.close();
  await listening;
}

if (import.meta.main) {
  const [link, carrier] = process.argv.slice(2);
  if (!link) {
    process.stderr.write('node examples/second-client.ts LINK [post]\n');
    process.exitCode = 2;
  } else {
    await main(link, carrier === 'post' ? 'post' : 'websocket');
  }
}
