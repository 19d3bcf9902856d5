/** What the page and the engine's worker tell each other besides calls. */

import type { Unlocked } from '@polynya/messenger/store/lock';

export type FromWorker =
  /** The port leads to the messenger, see remote.ts. */
  | { readonly phase: 'running'; readonly port: MessagePort }
  /** Nothing changed: the page is to dial by WebRTC and to serve the carrier at the port. */
  | { readonly phase: 'dial'; readonly endpoint: string; readonly port: MessagePort }
  | { readonly phase: 'elsewhere' }
  /** `code` is the StoreError's, or 'failed'. */
  | { readonly phase: 'broken'; readonly code: string; readonly why: string };

export type ToWorker =
  | 'take over'
  /** The device key, before anything else, to a worker of this name. */
  | { readonly unlocked: Unlocked };

export const LOCKED_WORKER = 'locked';
/** The channel on which one tab shuts all of them: one that only waits has the key as well. */
export const SHUT = 'polynya-shut';
/** Where the device key lies, or what it is locked up in. */
export const KEY_DATABASE = 'polynya-key';
