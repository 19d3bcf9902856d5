/** What conversations share: the ports, this person, the line to one server. */
import type { Engine } from '@polynya/mls/engine';
import type { ContactCard } from '@polynya/protocol/content';
import type { Connection } from '@polynya/reach/client/client';
import type { Clock, Random } from '@polynya/reach/clock';
import type { ChatId, PersonId } from '../api.ts';
import type { ChatRequest } from '../chat-memory.ts';
import type { Self } from '../identity/self.ts';
import type { Server } from '../line/server.ts';
import type { Changes } from '../queries/changes.ts';
import type { Change, Store } from '../store/store.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Told } from './advance.ts';
import type { Held } from './held.ts';

/** Lines for whoever runs the program. Never a name, a text, an id or a secret. */
export type Log = (line: string) => void;

export interface World {
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly changes: Changes;
  readonly log: Log;
  self(): Self;
  server(): Server;
  /** ms since 1970 by the server's clock; by ours until that is known. */
  serverNow(): number;
  readonly connection: Connection;
  /** No other device of this person can have said another name that is still to be read. */
  nameKnown(): boolean;
  blocked(person: PersonId): boolean;
  /** This person has not accepted the chat: nobody there is told anything, but that they decline. */
  request(chat: ChatId): ChatRequest | null;
  /** The device refused to store, or takes again. */
  storageFull(full: boolean): void;
  /** A conversation cannot go on by its log: the device looks for another way. */
  stuck(chat: ChatId): void;
  /** Every letter that lies in the inbox was dealt with. @throws ProtocolError */
  inboxRead(): Promise<boolean>;
  /** What is to be stored of what was said of devices. */
  told(chat: ChatId, told: readonly Told[]): Promise<Change[]>;
  /** Leaves came or went, or what `told` gave is stored. */
  devicesChanged(chat: ChatId): void;
  /** What else is to be stored when an epoch ends, on platforms that keep more. */
  readonly turned: ((chat: ChatId, before: Held, after: Held) => Promise<Change[]>) | undefined;
  /** A member handed on in a chat what it learned of some server's endpoints. */
  recordHanded(chat: ChatId, record: Uint8Array): void;
  /** A contact token was made for a conversation: the inbox lets its holders in. */
  openInbox(token: Uint8Array, whose?: 'chat' | 'own'): Promise<void>;
  /** How others reach us, with this token. */
  card(token: Uint8Array): ContactCard;
}
