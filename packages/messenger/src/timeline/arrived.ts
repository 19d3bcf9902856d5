/**
 * What the conversation core hands to the timeline: entries that were decrypted and found lawful, and
 * what Commits did to the conversation, both in the log's order (docs/protocol.md sections 6 and 8).
 */
import type { Content } from '@polynya/protocol/content';
import type { ChatId, MessageId, PersonId } from '../api.ts';
import type { ChatEvent } from '../message-parts.ts';

/** A message met in the log, from another device than this one. */
export interface Arrived {
  readonly chat: ChatId;
  readonly seq: number;
  readonly id: MessageId;
  readonly sender: PersonId;
  /** Ours: another device of this person wrote it. */
  readonly mine: boolean;
  /** ms */
  readonly at: number;
  readonly content: Content;
  /** ms: from when its timer counts; left out: from now. */
  readonly since?: number;
  /** Sent again by this person: nothing else says who wrote it, and what. */
  readonly relayedBy?: PersonId;
  /** Shows others who said it (packages/mls `Engine.verifyEvidence`). */
  readonly evidence?: Uint8Array;
}

/** A line of its own in the conversation. A `ChatEvent` with person ids where that has names. */
export interface Happened {
  readonly chat: ChatId;
  /** Of the entry that did it; one entry may do several things. */
  readonly seq: number;
  /** ms */
  readonly at: number;
  readonly event: ChatEvent;
}

/** An own message as it was typed; its id is the id its entry will have. */
export interface Queued {
  readonly chat: ChatId;
  readonly id: MessageId;
  /** ms */
  readonly at: number;
  readonly sender: PersonId;
  readonly content: Content;
  /** ms: when it was to be said, if it is said later than that. */
  readonly planned?: number | null;
}
