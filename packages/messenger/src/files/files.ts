/**
 * Files on their way: which ones move, one after another, and what a person may do about it. All that
 * matters is in the Store, so that a restart, a lost line or a pause only delays.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { KnownContent } from '@polynya/protocol/content';
import type { Clock, Random } from '@polynya/reach/clock';
import { type ChatId, type MessageId, type Messenger, type PersonId, Problem } from '../api.ts';
import { wrapped } from '../conversation/contents.ts';
import { CHATS_TOPIC } from '../queries/changes.ts';
import type { Change } from '../store/store.ts';
import { encode } from '../timeline/stored.ts';
import { BlobDrops } from './blob-drops.ts';
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
import { forgetRecording } from './recording.ts';
import { type FileLine, NoLongerWanted, Transfer, type TransferPorts } from './transfer.ts';
import { placeOf, TransferQueue } from './transfer-queue.ts';
import { copyIn, upload } from './upload.ts';

export interface FilesOptions extends TransferPorts {
  readonly connectionFor: (chat: ChatId) => FileLine;
  /** The secret of the allowance that pays for blobs on that chat's server. */
  readonly allowanceFor: (chat: ChatId) => Uint8Array;
  /** Of a chat that was not accepted nothing is fetched by itself. */
  readonly request: (chat: ChatId) => unknown;
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

export class Files {
  readonly #options: FilesOptions;
  readonly #queue: TransferQueue;
  /** Own files that are being copied into the Store, by place. */
  readonly #copying = new Set<string>();
  readonly #drops: BlobDrops;
  readonly #offChats: () => void;

  constructor(options: FilesOptions) {
    this.#options = options;
    this.#queue = new TransferQueue({
      clock: options.clock,
      open: (chat, id) => new Transfer(options, chat, id),
      run: (transfer) => this.#run(transfer),
    });
    this.#drops = new BlobDrops(options);
    // What came may have files that are fetched without being asked for.
    const wake = () => void this.#resume({ patient: true }).catch(options.onTrouble);
    this.#offChats = options.changes.on([CHATS_TOPIC], wake);
  }

  /**
   * Resolves when the file is safe in the Store and on its way; its message shows at once.
   * @throws Problem `too-big`, `too-long`, `storage-full`, `failed` (the source cannot be read): then
   * nothing of it is left
   */
  async sendFile(chat: ChatId, source: Blob, about: About): Promise<{ readonly id: MessageId }> {
    const { store, timeline, clock, random, me, changes } = this.#options;
    const id = toHex(random(16));
    const draft = fileReference(source, about, random);
    const transfer = new Transfer(this.#options, chat, id);
    this.#copying.add(placeOf(chat, id));
    try {
      const content = wrapped(draft, about);
      const queued = { chat, id, at: clock.now(), sender: me(), content };
      await this.#create(transfer, { ...OUTGOING, drop: random(32) }, () =>
        timeline.queued(queued),
      );
      const hash = await copyIn(transfer, draft.file, source);
      const whole = { ...draft, file: { ...draft.file, hash } };
      await transfer.update(
        (record) => ({ ...record, content: whole }),
        () => (about.recorded ? forgetRecording(store, chat) : []),
      );
      if (about.recorded) changes.touch(`chat/${chat}`);
    } catch (error) {
      await this.#undo(transfer);
      // Discarded by the person while it was copied: that is what they asked for.
      if (!(error instanceof NoLongerWanted)) throw problemOf(error);
      return { id };
    } finally {
      this.#copying.delete(placeOf(chat, id));
    }
    this.#queue.start(chat, id);
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
    if (this.#copying.has(placeOf(chat, id))) return;
    const transfer = new Transfer(this.#options, chat, id);
    const known = await store.get('file', fileKeys.record(chat, id));
    if (!known) {
      await this.#create(transfer, INCOMING, async () => []);
    } else {
      const { state } = await transfer.record();
      if (state === 'here') return;
      if (state === 'paused' || state === 'failed') await this.#wantAgain(transfer);
    }
    this.#queue.start(chat, id);
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
      if (this.#copying.has(placeOf(chat, id))) return;
      if (state !== 'waiting' && state !== 'moving') return;
      this.#queue.stop(chat, id);
      await transfer.finish('paused');
      // Begun anew while that was written.
      this.#queue.stop(chat, id);
    } catch (error) {
      if (!(error instanceof NoLongerWanted)) throw error;
    }
    this.#queue.next(chat);
  }

  /** It was played. @throws Problem `not-found`: not here */
  async heard(chat: ChatId, id: MessageId): Promise<void> {
    try {
      const known = new Transfer(this.#options, chat, id);
      await known.update((record) => ({ ...record, heard: true }));
    } catch (error) {
      throw error instanceof NoLongerWanted ? new Problem('not-found') : error;
    }
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
   * it happens by itself. Erases what a restart left of own files that were not wholly copied, and drops
   * from the server what nobody is to have any more.
   * @throws StoreError
   */
  resumeAll(): Promise<void> {
    return this.#resume({ patient: false });
  }

  /** Nothing moves any more. The Store can be closed. */
  close(): void {
    this.#offChats();
    this.#queue.close();
    this.#drops.close();
  }

  /** `patient`: not those that the server refused for the moment. */
  async #resume({ patient }: { readonly patient: boolean }): Promise<void> {
    for (const [key] of await this.#options.store.range('file', fileKeys.todos)) {
      const [, chat = '', id = ''] = key.split('/');
      const held =
        this.#options.request(chat) !== null ||
        this.#copying.has(placeOf(chat, id)) ||
        (patient && this.#queue.pauses(chat, id));
      if (!held) this.#queue.start(chat, id);
    }
    void this.#drops.run().catch(this.#options.onTrouble);
  }

  /**
   * What passes by itself is waited for: the ms to wait are the answer. Anything else is said, and kept
   * for another try.
   */
  async #run(transfer: Transfer): Promise<number | null> {
    try {
      await this.#move(transfer);
      return null;
    } catch (error) {
      return this.#failed(transfer, error);
    }
  }

  async #move(transfer: Transfer): Promise<void> {
    const { connectionFor, allowanceFor, send } = this.#options;
    const { chat, id } = transfer;
    const record = await transfer.record();
    if (record.state === 'here') {
      await transfer.finish('here');
    } else if (record.direction === 'down') {
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

  async #failed(transfer: Transfer, error: unknown): Promise<number | null> {
    if (error instanceof NoLongerWanted || transfer.stopped) return null;
    // Its other pieces under way write nothing any more.
    transfer.stop();
    const ending = new Transfer(this.#options, transfer.chat, transfer.id);
    const wait = worthWaiting(error);
    try {
      if ((await ending.record()).state === 'paused') return null;
      if (wait === null) await this.#giveUp(ending, problemOf(error));
      else await ending.advance((record) => ({ ...record, state: 'waiting' }));
      return wait;
    } catch (second) {
      // The mark is still there: `resumeAll` tries again.
      if (!(second instanceof NoLongerWanted)) this.#options.onTrouble(second);
      return null;
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
      (record) =>
        record.state === 'here' ? record : { ...record, state: 'waiting', problem: null },
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
    changes.touchMessages(chat);
  }

  /** Takes an own file that cannot be sent off this device, its message too. */
  async #undo({ chat, id }: Transfer): Promise<void> {
    const { store, timeline, changes } = this.#options;
    const erase = async () => store.apply(await timeline.discard(chat, id));
    // A Store that cannot even erase is tried again at the next start, by the mark.
    await Promise.allSettled([timeline.locked(chat, erase)]);
    changes.touchMessages(chat);
  }
}
