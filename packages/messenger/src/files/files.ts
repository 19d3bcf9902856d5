/**
 * Files on their way: which ones move, one after another, and what a person may do about it. All that
 * matters is in the Store, so that a restart, a lost line or a pause only delays.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import type { Clock, Random } from '@polynya/reach/clock';
import { type ChatId, type MessageId, type Messenger, type PersonId, Problem } from '../api.ts';
import { CHATS_TOPIC, messagesTopic } from '../queries/changes.ts';
import type { Change } from '../store/store.ts';
import { encode } from '../timeline/stored.ts';
import { assemble, download } from './download.ts';
import {
  erasePieces,
  type FileRecord,
  fileKeys,
  fileRecord,
  INCOMING,
  OUTGOING,
  pieceCount,
} from './file-record.ts';
import { fileReference, mediaType } from './file-reference.ts';
import { problemOf, worthWaiting } from './problem-of.ts';
import { type FileLine, NoLongerWanted, Transfer, type TransferPorts } from './transfer.ts';
import { copyIn, upload } from './upload.ts';

export interface FilesOptions extends TransferPorts {
  readonly connectionFor: (chat: ChatId) => FileLine;
  /** The secret of the allowance that pays for blobs on that chat's server. */
  readonly allowanceFor: (chat: ChatId) => Uint8Array;
  readonly me: () => PersonId;
  readonly random: Random;
  readonly clock: Clock;
  /**
   * Hands a message whose file is on the server to the outbox. Durable on return; called again with
   * the same id after a crash. Not called inside `timeline.locked`.
   */
  readonly send: (chat: ChatId, content: KnownContent, id: MessageId) => Promise<void>;
  /** The Store does not even take a transfer's failure; the file is tried again by `resumeAll`. */
  readonly onTrouble: (error: unknown) => void;
}

type About = Parameters<Messenger['sendFile']>[2];

/** Files of one chat that move at once; the others wait. */
const AT_ONCE = 2;

export class Files {
  readonly #options: FilesOptions;
  /** Those that move, by place. */
  readonly #running = new Map<string, Transfer>();
  /** Own files that are being copied into the Store. */
  readonly #copying = new Set<string>();
  /** Those that wait for one of them to end, in order. */
  readonly #waiting = new Map<string, Transfer>();
  readonly #timers = new Map<string, () => void>();
  readonly #offChats: () => void;
  #closed = false;

  constructor(options: FilesOptions) {
    this.#options = options;
    // What came may have files that are fetched without being asked for.
    const wake = () =>
      void this.#resume((place) => !this.#timers.has(place)).catch(options.onTrouble);
    this.#offChats = options.changes.on([CHATS_TOPIC], wake);
  }

  /**
   * Resolves when the file is safe in the Store and on its way; its message shows at once.
   * @throws Problem `too-big`, `too-long`, `storage-full`, `failed` (the source cannot be read): then
   * nothing of it is left
   */
  async sendFile(chat: ChatId, source: Blob, about: About): Promise<{ readonly id: MessageId }> {
    const { timeline, clock, random, me } = this.#options;
    const id = toHex(random(16));
    const draft = fileReference(source, about, random);
    const transfer = new Transfer(this.#options, chat, id);
    this.#copying.add(placeOf(transfer));
    try {
      const queued = { chat, id, at: clock.now(), sender: me(), content: draft };
      await this.#create(transfer, { ...OUTGOING, drop: random(32) }, () =>
        timeline.queued(queued),
      );
      const hash = await copyIn(transfer, draft.file, source);
      const content = { ...draft, file: { ...draft.file, hash } };
      await transfer.update((record) => ({ ...record, content }));
    } catch (error) {
      await this.#undo(transfer);
      // Discarded by the person while it was copied: that is what they asked for.
      if (!(error instanceof NoLongerWanted)) throw problemOf(error);
      return { id };
    } finally {
      this.#copying.delete(placeOf(transfer));
    }
    this.#start(chat, id);
    return { id };
  }

  /**
   * Fetches a file that is not here, or takes up again one that was paused or failed, either direction.
   * @throws Problem `not-found`: no such message, or it has no file
   */
  async fetch(chat: ChatId, id: MessageId): Promise<void> {
    const { store, timeline } = this.#options;
    const message = await timeline.message(chat, id);
    if (!message?.file) throw new Problem('not-found');
    if (this.#copying.has(`${chat}/${id}`)) return;
    const transfer = new Transfer(this.#options, chat, id);
    const known = await store.get('file', fileKeys.record(chat, id));
    if (!known) {
      await this.#create(transfer, INCOMING, async () => []);
    } else {
      const { state } = await transfer.record();
      if (state === 'here') return;
      if (state === 'paused' || state === 'failed') await this.#wantAgain(transfer);
    }
    this.#start(chat, id);
  }

  /** The same, for one's own. */
  retry(chat: ChatId, id: MessageId): Promise<void> {
    return this.fetch(chat, id);
  }

  /** Stops a file that moves or waits to; what was moved is kept. Anything else is left as it is. */
  async pause(chat: ChatId, id: MessageId): Promise<void> {
    const transfer = new Transfer(this.#options, chat, id);
    try {
      const { state } = await transfer.record();
      if (this.#copying.has(placeOf(transfer))) return;
      if (state !== 'waiting' && state !== 'moving') return;
      this.#end(transfer);
      await transfer.finish('paused');
    } catch (error) {
      if (!(error instanceof NoLongerWanted)) throw error;
    }
    this.#startNext(chat);
  }

  /**
   * The whole file, which is the one thing here that takes memory of its size.
   * @throws Problem `not-found`: not here (yet), `corrupt`
   */
  async blob(chat: ChatId, id: MessageId): Promise<Blob> {
    const transfer = new Transfer(this.#options, chat, id);
    try {
      const { state } = await transfer.record();
      if (state !== 'here') throw new Problem('not-found');
      const ref = await transfer.ref();
      return new Blob(await assemble(transfer, ref), { type: mediaType(ref.type) });
    } catch (error) {
      throw error instanceof NoLongerWanted ? new Problem('not-found') : problemOf(error);
    }
  }

  /**
   * Starts whatever is to be moved: when the program starts, when the line is back; after messages came
   * it happens by itself. Erases what a restart left of own files that were not wholly copied.
   * @throws StoreError
   */
  resumeAll(): Promise<void> {
    return this.#resume(() => true);
  }

  /** Nothing moves any more. The Store can be closed. */
  close(): void {
    this.#closed = true;
    this.#offChats();
    for (const transfer of this.#running.values()) transfer.stop();
    for (const cancel of this.#timers.values()) cancel();
    this.#running.clear();
    this.#waiting.clear();
    this.#timers.clear();
  }

  async #resume(wanted: (place: string) => boolean): Promise<void> {
    for (const [key] of await this.#options.store.range('file', fileKeys.todos)) {
      const [, chat = '', id = ''] = key.split('/');
      if (wanted(`${chat}/${id}`)) this.#start(chat, id);
    }
  }

  #start(chat: ChatId, id: MessageId): void {
    const place = `${chat}/${id}`;
    if (this.#closed || this.#running.has(place) || this.#copying.has(place)) return;
    const transfer = new Transfer(this.#options, chat, id);
    const moving = [...this.#running.values()].filter((other) => other.chat === chat);
    if (moving.length >= AT_ONCE) {
      this.#waiting.set(place, transfer);
      return;
    }
    this.#end(transfer);
    this.#running.set(place, transfer);
    void this.#run(transfer);
  }

  async #run(transfer: Transfer): Promise<void> {
    try {
      await this.#move(transfer);
    } catch (error) {
      await this.#failed(transfer, error);
    }
    if (this.#running.get(placeOf(transfer)) !== transfer) return;
    this.#end(transfer);
    this.#startNext(transfer.chat);
  }

  async #move(transfer: Transfer): Promise<void> {
    const { connectionFor, allowanceFor, send } = this.#options;
    const { chat, id } = transfer;
    const record = await transfer.record();
    if (record.direction === 'down') {
      await download(transfer, await transfer.ref(), connectionFor(chat));
      await transfer.finish('here', { problem: null });
    } else if (record.content?.kind === 'file') {
      await upload(transfer, record.content.file, connectionFor(chat), allowanceFor(chat));
      await send(chat, record.content, id);
      await transfer.finish('here', { problem: null, content: null });
    } else {
      await this.#undo(transfer);
    }
  }

  /** What passes by itself is waited for; anything else is said, and kept for another try. */
  async #failed(transfer: Transfer, error: unknown): Promise<void> {
    const { chat, id } = transfer;
    const wait = worthWaiting(error);
    try {
      if (error instanceof NoLongerWanted) return;
      if (wait !== null) {
        await transfer.update((record) => ({ ...record, state: 'waiting' }));
        const again = () => this.#start(chat, id);
        this.#timers.set(placeOf(transfer), this.#options.clock.setTimeout(again, wait));
      } else {
        await this.#giveUp(transfer, problemOf(error));
      }
    } catch (second) {
      // The mark is still there: `resumeAll` tries again.
      if (!(second instanceof NoLongerWanted)) this.#options.onTrouble(second);
    }
  }

  async #giveUp(transfer: Transfer, { code }: Problem): Promise<void> {
    const { chat, id } = transfer;
    const { direction } = await transfer.record();
    if (direction === 'up') {
      await transfer.finish('failed', { problem: code }, () =>
        this.#options.timeline.state(chat, id, 'failed', code),
      );
      return;
    }
    const pieces = pieceCount(await transfer.ref()) ?? 0;
    // Which piece is at fault is not known when the whole is wrong; a full Store needs the room.
    const useless = code === 'corrupt' || code === 'storage-full';
    const more = useless ? { problem: code, present: new Uint8Array() } : { problem: code };
    await transfer.finish('failed', more, async () =>
      useless ? erasePieces(chat, id, pieces) : [],
    );
  }

  #wantAgain(transfer: Transfer): Promise<FileRecord> {
    const { chat, id } = transfer;
    return transfer.update(
      (record) => ({ ...record, state: 'waiting', problem: null }),
      async () => [
        { table: 'file', key: fileKeys.todo(chat, id), value: new Uint8Array() },
        ...(await this.#options.timeline.state(chat, id, 'waiting')),
      ],
    );
  }

  async #create(
    { chat, id }: Transfer,
    record: FileRecord,
    besides: () => Promise<readonly Change[]>,
  ): Promise<void> {
    const { store, timeline, changes } = this.#options;
    await timeline.locked(chat, async () =>
      store.apply([
        { table: 'file', key: fileKeys.record(chat, id), value: encode(fileRecord, record) },
        { table: 'file', key: fileKeys.todo(chat, id), value: new Uint8Array() },
        ...(await besides()),
      ]),
    );
    changes.touch(messagesTopic(chat));
  }

  /** Takes an own file that cannot be sent off this device, its message too. */
  async #undo({ chat, id }: Transfer): Promise<void> {
    const { store, timeline, changes } = this.#options;
    const erase = async () => store.apply(await timeline.discard(chat, id));
    // A Store that cannot even erase is tried again at the next start, by the mark.
    await Promise.allSettled([timeline.locked(chat, erase)]);
    changes.touch(messagesTopic(chat));
  }

  #startNext(chat: ChatId): void {
    for (const waiting of [...this.#waiting.values()]) {
      if (waiting.chat === chat) this.#start(chat, waiting.id);
    }
  }

  #end(transfer: Transfer): void {
    const place = placeOf(transfer);
    this.#running.get(place)?.stop();
    this.#running.delete(place);
    this.#waiting.delete(place);
    this.#timers.get(place)?.();
    this.#timers.delete(place);
  }
}

function placeOf({ chat, id }: Transfer): string {
  return `${chat}/${id}`;
}
