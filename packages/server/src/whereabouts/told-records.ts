/**
 * Who is told which record of endpoints (docs/protocol.md sections 2 and 4): who was let in, the one of their shelf when
 * they ask, and sessions that follow theirs again whenever it names other endpoints.
 */
import type { Request, Result } from '@polynya/protocol/requests';
import type { ServerSessions } from '@polynya/reach/server/server-sessions';
import type { SessionPort } from '@polynya/reach/server/session-handler';
import type { Engine } from '../engine/engine.ts';
import { sha256 } from '../kept/secret-hashes.ts';
import type { BridgeList, Shelves } from './shelves.ts';

type Lists = Shelves['lists'];
type Sessions = Pick<ServerSessions, 'shelf' | 'place'>;

export class ToldRecords {
  readonly #engine: Pick<Engine, 'allowance'>;
  readonly #bridges: Pick<BridgeList, 'shelves'>;
  #sessions: Sessions | undefined;
  #lists: Lists;
  /** Shelves by the sessions that follow them. */
  readonly #followed = new Map<SessionPort, number>();
  /** Sessions that are over: one may end while its allowance is looked up. */
  readonly #over = new WeakSet<SessionPort>();

  constructor(engine: Pick<Engine, 'allowance'>, bridges: Pick<BridgeList, 'shelves'>) {
    this.#engine = engine;
    this.#bridges = bridges;
    this.#lists = bridges.shelves.lists;
  }

  /** From now on there are records, of the shelves as they stand. */
  signedBy(sessions: Sessions): void {
    this.#sessions = sessions;
  }

  /** @throws ProtocolError of the allowance: bridges are for people that were let in */
  async answer(
    port: SessionPort,
    { op, allowance, knows, serial }: Extract<Request, { op: 'endpoints' | 'follow' }>,
  ): Promise<Result<'follow'>> {
    await this.#engine.allowance(sha256(allowance));
    const shelf = this.#bridges.shelves.find(knows);
    if (op === 'follow' && !this.#over.has(port)) this.#followed.set(port, shelf);
    return { record: this.#sessions?.shelf(shelf, serial) ?? new Uint8Array(0) };
  }

  /** The session is over. */
  gone(port: SessionPort): void {
    this.#over.add(port);
    this.#followed.delete(port);
  }

  /** These are on the shelves from now on, with where their hosts are. */
  async place(lists: Lists): Promise<void> {
    await this.#sessions?.place(lists);
    const before = this.#lists.map((list) => JSON.stringify(list));
    this.#lists = lists;
    const changed = lists.map((list, shelf) => JSON.stringify(list) !== before[shelf]);
    for (const [port, shelf] of this.#followed) {
      const record = changed[shelf] ? this.#sessions?.shelf(shelf, 0) : undefined;
      if (record) port.push({ item: 'record', record });
    }
  }
}
