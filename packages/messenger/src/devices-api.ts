/**
 * What a view may ask about the devices of its person (docs/protocol.md section 9): a part of the facade in api.ts.
 * Everybody's devices are equal; a device holds what its person's other devices hold, but for the root key.
 */
import type { ChatId, PersonId, ProblemCode } from './api.ts';

/** The device's signature key, lower-case hex. */
export type DeviceId = string;

export interface DeviceView {
  readonly device: DeviceId;
  /** "Firefox on a phone": said by that device to its person's other devices only; '' until it has said so. */
  readonly name: string;
  /** The device that this view runs on. */
  readonly here: boolean;
  /** ms, by this device's clock, when it heard of it; null: it was there before this device. */
  readonly since: number | null;
  /** Which device let it in; null: the root key (the first device, or after a recovery). */
  readonly by: DeviceId | null;
  /** Chats that it is still to be added to, and that this device knows of. 0: everything is done. */
  readonly awaited: number;
}

export interface DevicesView {
  /** In the order in which they came. One, before anything was linked. */
  readonly devices: readonly DeviceView[];
  /**
   * Where the root key is. here: on this device, no phrase was set; elsewhere: on another device of this person, no
   * phrase was set; phrase: under the recovery phrase alone; writing: so, too, but this device has yet to write the
   * backup without which the phrase finds nobody.
   */
  readonly root: 'here' | 'elsewhere' | 'writing' | 'phrase';
  /** Chats into which a device is still to be brought, or out of which one is still to be taken. */
  readonly unsettled: number;
  /** Two lists of this person's devices contradict each other: somebody else may hold one of the devices. */
  readonly forked: boolean;
  /** A linking under way on this device, old or new, or how the last one ended; null: none. */
  readonly link: LinkView | null;
  /** The chat "Saved messages", once there is one. */
  readonly saved: ChatId | null;
}

export interface LinkView {
  /** old: this device made the code; new: it opened one. */
  readonly role: 'old' | 'new';
  /**
   * old: code (show it) -> compare (the other device opened it: show `check` and the two buttons) -> adding -> done
   * new: opening -> compare (show `check`, wait for the other device) -> adding -> done (this device has its person)
   * failed: see `problem`
   */
  readonly state: 'code' | 'opening' | 'compare' | 'adding' | 'done' | 'failed';
  /** On the old device: text and QR. */
  readonly link: string | null;
  /** ms: the code is good until then. */
  readonly expires: number;
  /** Six digits, from 'compare' on; a view groups them by three. The same on both devices, or somebody stands between. */
  readonly check: string | null;
  /** On the old device: the name that the new one gives itself. On the new one: the person's. */
  readonly name: string;
  readonly problem: ProblemCode | null;
}

/** This device's person took it out of the list. It holds what it held, follows nothing and can only be wiped. */
export interface RemovedView {
  /** The name of the device that did it; '' if that is not known. */
  readonly by: string;
  /** ms */
  readonly at: number;
}

export interface RecoveryKit {
  /** 15 groups of four, for paper. */
  readonly phrase: string;
  /** Where to begin: leads to the server, and holds no secret. */
  readonly link: string;
}

export interface DevicesFacade {
  /** Makes a code that is good for ten minutes and for one device; an earlier one ends. @throws Problem 'offline' */
  linkDevice(): Promise<LinkView>;
  /** On the old device: the digits are the same on both. Goes on by itself; see the query 'devices'. */
  confirmLink(): Promise<void>;
  /** On either device: the digits differ, or the person thought better of it. */
  cancelLink(): Promise<void>;
  /**
   * On a device that holds nothing: opens the code of another device; see the query 'devices' for the digits. Settles
   * once this device has its person. @param deviceName what the person's other devices call it
   * @throws Problem 'invite-malformed', 'invite-version', 'link-over', 'already-member', 'offline'
   */
  openLink(link: string, deviceName: string): Promise<void>;
  /** What this device is called among its person's devices. */
  renameDevice(name: string): Promise<void>;
  /** Takes a device out of the list, and its leaves out of every chat. This one too: it then holds nothing but old words. */
  removeDevice(device: DeviceId): Promise<void>;
  /** The chat with oneself, which all own devices share; made if there is none. */
  openSaved(): Promise<{ readonly chat: ChatId }>;
  /** What the person is to write down. Changes nothing. @throws Problem 'no-root': it is not on this device */
  recoveryKit(): Promise<RecoveryKit>;
  /**
   * The person has the phrase on paper and typed it: from now on the root key is nowhere else.
   * @throws Problem 'phrase-wrong', 'no-root'
   */
  keepRecoveryPhrase(phrase: string): Promise<void>;
  /**
   * On a device that holds nothing: becomes the person of this phrase, on a list without the lost devices, and asks
   * the members of their chats to be let in again. @param link `RecoveryKit.link`, or any invite to the same server
   * @throws Problem 'phrase-wrong', 'invite-malformed', 'already-member', 'not-found', 'offline'
   */
  recover(link: string, phrase: string, deviceName: string): Promise<{ readonly person: PersonId }>;
}
