/**
 * Members who are near, without a server: whatever the log of a shared chat does not have yet goes to each of them as
 * it is written, over the links that reach finds (docs/protocol.md section 10).
 */
import { equal, toHex } from '@polynya/protocol/bytes';
import { decodeParcel, encodeParcel, type Note } from '@polynya/protocol/carried';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { NearLink } from '@polynya/reach/carriers/lan/link';
import { Nearby } from '@polynya/reach/carriers/lan/nearby';
import type { ChatId, MessageId } from '../api.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Device } from '../device.ts';
import { messagesTopic } from '../queries/changes.ts';
import type { Carry } from './carry.ts';
import { carriedChats, keysOf } from './keys.ts';

/** A member's device, and a chat that is shared with it. */
interface Neighbour {
  readonly link: NearLink;
  readonly chat: ChatId;
  /** Proves that it is a member as long as it is one of those that are sealed with. */
  readonly key: Uint8Array;
  /** What it has from us, or we from it. */
  readonly known: Set<MessageId>;
  /** One parcel after the other. */
  turn: Promise<void>;
}

export class Near {
  /** Looks for members of all chats, at the places that it is given. */
  readonly nearby: Nearby<ChatId>;
  readonly #device: Device;
  readonly #carry: Carry;
  readonly #told: (chats: readonly ChatId[]) => void;
  readonly #neighbours = new Set<Neighbour>();

  /** @param told of which chat each link is, whenever that changes */
  constructor(device: Device, carry: Carry, told: (chats: readonly ChatId[]) => void) {
    this.#device = device;
    this.#carry = carry;
    this.#told = told;
    this.nearby = new Nearby({
      secrets: async () => {
        const shared = carriedChats(device).map(async (one) => {
          const { sealing } = await keysOf(device.ports, one);
          return sealing.map((key) => ({ key, of: one.chat }));
        });
        return (await Promise.all(shared)).flat();
      },
      random: device.ports.random,
      met: (link, { of, key }) => this.#met(link, of, key),
      log: device.ports.log,
    });
  }

  /** Nothing comes or goes by this way any more. */
  async close(): Promise<void> {
    await this.nearby.close();
    await Promise.all([...this.#neighbours].map(({ turn }) => turn));
  }

  #met(link: NearLink, chat: ChatId, key: Uint8Array): void {
    const neighbour: Neighbour = { link, chat, key, known: new Set(), turn: Promise.resolve() };
    this.#neighbours.add(neighbour);
    const tell = () => void this.#next(neighbour, () => this.#send(neighbour));
    const off = this.#device.changes.on([messagesTopic(chat)], tell);
    link.onFrame = (frame) => this.#next(neighbour, () => this.#take(neighbour, frame));
    link.onClose = () => {
      off();
      this.#neighbours.delete(neighbour);
      this.#tell();
    };
    this.#tell();
    tell();
  }

  #tell(): void {
    this.#told([...this.#neighbours].map(({ chat }) => chat));
  }

  /** Never rejects. */
  #next(neighbour: Neighbour, step: () => Promise<void>): Promise<void> {
    neighbour.turn = neighbour.turn.then(step).catch((error: unknown) => {
      this.#device.ports.log(`near: ${error instanceof Error ? error.name : 'unknown'}`);
      neighbour.link.close();
    });
    return neighbour.turn;
  }

  async #send(neighbour: Neighbour): Promise<void> {
    const { link, known } = neighbour;
    const conversation = await this.#shared(neighbour);
    if (!conversation) return link.close();
    const notes = await this.#carry.notes(conversation, known);
    notes.push(...(await this.#carry.records(conversation, known)));
    // A Commit may have come meanwhile.
    if (!(await this.#shared(neighbour))) return link.close();
    if (notes.length === 0) return;
    for (const { id } of notes) known.add(toHex(id));
    link.send(encodeParcel(notes));
  }

  async #take(neighbour: Neighbour, frame: Uint8Array): Promise<void> {
    const { link, known } = neighbour;
    const notes = parcelIn(frame);
    const conversation = notes && (await this.#shared(neighbour));
    if (!conversation) return link.close();
    for (const { id } of notes) known.add(toHex(id));
    await this.#carry.take(conversation, notes);
  }

  /** undefined once somebody left whose key it is, or we did: those who are in it still meet again by a newer one. */
  async #shared({ chat, key }: Neighbour): Promise<Conversation | undefined> {
    const conversation = carriedChats(this.#device).find((one) => one.chat === chat);
    const keys = conversation && (await keysOf(this.#device.ports, conversation));
    return keys?.sealing.some((one) => equal(one, key)) ? conversation : undefined;
  }
}

/** null: whoever sent it follows another protocol, or none. */
function parcelIn(frame: Uint8Array): Note[] | null {
  try {
    return decodeParcel(frame);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
