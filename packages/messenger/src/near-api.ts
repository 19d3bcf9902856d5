/** What a page may do without a line: call who is near by the code that a terminal shows, and carry files by hand. */
import type { ChatId, MessageId } from './api.ts';
import type { CarryErrorCode } from './carry/carry-error.ts';

export interface NearView {
  /**
   * - `off`: nobody is called
   * - `calling`: for the first time, or somebody answers and is not met again yet
   * - `silent`: nobody answers, or not any more; is called again and again, and where there is a line some six times
   * - `strangers`: somebody answers, in none of whose chats this person is
   * - `near`: they are there
   */
  readonly state: 'off' | 'calling' | 'silent' | 'strangers' | 'near';
  /** Chats whose messages come and go by this way now. */
  readonly chats: readonly ChatId[];
}

/** What a carried file held for this person. */
export interface CarriedIn {
  readonly messages: number;
  /** Those that were not here yet. */
  readonly fresh: readonly { readonly chat: ChatId; readonly id: MessageId }[];
  /** How many no member whom this device knows has signed. */
  readonly strange: number;
}

export interface NearFacade {
  /**
   * Calls whoever shows this code, and again when they are lost, until `nearEnd`, or until several calls failed while
   * there is a line, by which nothing is missed. False: it is no such code.
   */
  nearCall(code: string): Promise<boolean>;
  nearEnd(): Promise<void>;
  /** A sealed file with what the server does not have of any chat. */
  nearOut(): Promise<{ readonly file: Blob; readonly messages: number }>;
  /** Takes such a file in; where there is a line, the server gets what others wrote, too. */
  nearIn(file: Blob): Promise<CarriedIn | { readonly refused: CarryErrorCode }>;
}
