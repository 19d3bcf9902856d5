/** A device with a store, a timeline and files, and a line to a real server that can be cut. */
import { toHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import type { Op, Request, Result } from '@polynya/protocol/requests';
import type { Connection } from '@polynya/reach/client/client';
import { type Clock, systemClock, systemRandom } from '@polynya/reach/clock';
import type { FileView, MessageId } from '../api.ts';
import { Files } from '../files/files.ts';
import type { FileLine } from '../files/transfer.ts';
import { Changes, messagesTopic } from '../queries/changes.ts';
import { openSqliteStore, type SqliteStoreOptions } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import type { TestServer } from './file-server.ts';
import { CHAT, ME, TestTimeline } from './test-timeline.ts';

/** A line as reach gives it: a request that meets no network waits, it does not fail. */
export class TestLine implements FileLine {
  readonly #connection: Connection;
  /** Requests that were answered. */
  readonly counts = new Map<Op, number>();
  mostAtOnce = 0;
  #atOnce = 0;
  /** Called before each request; what it returns is waited for, what it throws is the server's word. */
  before: (request: Request) => Promise<void> | void = () => undefined;
  /** May change an answer on its way. */
  after: (request: Request, answer: unknown) => unknown = (_request, answer) => answer;

  constructor(server: TestServer) {
    this.#connection = server.connect();
  }

  async call<O extends Op>(
    request: Extract<Request, { op: O }>,
    options: { readonly signal: AbortSignal },
  ): Promise<Result<O>> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    try {
      await this.before(request);
      const answer = await this.#connection.call(request, options);
      this.counts.set(request.op, this.count(request.op) + 1);
      return this.after(request, answer) as Result<O>;
    } finally {
      this.#atOnce--;
    }
  }

  count(op: Op): number {
    return this.counts.get(op) ?? 0;
  }

  /** After `n` answers to requests of this kind no more come. */
  cutAt(op: Op, n: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.before = (request) => {
      if (request.op !== op || this.count(op) < n) return undefined;
      resolve();
      return new Promise(() => undefined);
    };
    return promise;
  }
}

export class TestDevice {
  readonly store: Store;
  readonly chat: TestTimeline;
  readonly files: Files;
  readonly line: TestLine;
  readonly changes: Changes;
  /** What was handed to the outbox. */
  readonly sent: { content: KnownContent; id: MessageId }[] = [];
  readonly trouble: unknown[] = [];

  constructor(store: Store, server: TestServer, clock: Clock = systemClock) {
    this.store = store;
    this.chat = new TestTimeline(store);
    this.line = new TestLine(server);
    this.changes = new Changes(clock);
    this.files = new Files({
      request: () => null,
      store,
      timeline: this.chat.timeline,
      changes: this.changes,
      connectionFor: () => this.line,
      allowanceFor: () => server.allowance,
      me: () => ME,
      random: systemRandom,
      clock,
      send: async (chat, content, id) => {
        const queued = { chat, id, at: 0, sender: ME, content };
        await this.chat.write((timeline) => timeline.queued(queued));
        this.sent.push({ content, id });
      },
      onTrouble: (error) => this.trouble.push(error),
    });
  }

  static async open(
    server: TestServer,
    path = ':memory:',
    options: SqliteStoreOptions = {},
    clock?: Clock,
  ): Promise<TestDevice> {
    return new TestDevice(await openSqliteStore(path, options), server, clock);
  }

  /** As another member has it: the message arrives, with its file still on the server. */
  async receive({ content, id }: { content: KnownContent; id: MessageId }, seq = 1): Promise<void> {
    const sender = toHex(new Uint8Array(16));
    await this.chat.tell({ chat: CHAT, seq, id, sender, mine: false, at: 0, content });
  }

  async view(id: MessageId): Promise<FileView> {
    const file = (await this.chat.messages()).find((message) => message.id === id)?.file;
    if (!file) throw new Error('no such file is shown');
    return file;
  }

  /** Resolves once the file is shown in this state. */
  async reaches(id: MessageId, state: FileView['state']): Promise<FileView> {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        const off = this.changes.on([messagesTopic(CHAT)], () => {
          off();
          resolve();
        });
      });
      const view = await this.view(id);
      if (view.state === state) return view;
      await changed;
    }
  }

  async bytes(id: MessageId): Promise<Uint8Array> {
    return new Uint8Array(await (await this.files.blob(CHAT, id)).arrayBuffer());
  }

  async close(): Promise<void> {
    this.files.close();
    this.changes.close();
    await this.store.close();
  }
}

/** Random bytes. */
export function noise(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65_536)));
  }
  return bytes;
}

export const ABOUT = { name: 'ice.bin' };

/** Sends from `device` and waits until the message is in its outbox. */
export async function send(device: TestDevice, bytes: Uint8Array<ArrayBuffer>, about = ABOUT) {
  const { id } = await device.files.sendFile(CHAT, new Blob([bytes]), about);
  await device.reaches(id, 'here');
  const sent = device.sent.find((message) => message.id === id);
  if (!sent) throw new Error('nothing reached the outbox');
  return sent;
}
