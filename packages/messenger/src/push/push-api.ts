/** Web Push, as far as a view has to do with it: a part of the facade in api.ts that loads when it is first asked for. */

/** The key that one server signs by: a browser gives out a subscription for each (RFC 8292). */
export interface PushKeyView {
  /** '': the home server's; another's identity, in hex. */
  readonly server: string;
  readonly key: Uint8Array;
}

/** What the browser gave out for a server's key (Push API, PushSubscription). */
export interface PushSubscriptionView {
  /** As `PushKeyView.server`. */
  readonly server: string;
  readonly endpoint: string;
  /** `p256dh`: an uncompressed point of P-256. */
  readonly key: Uint8Array;
  /** 16 bytes. */
  readonly auth: Uint8Array;
}

export interface PushFacade {
  /**
   * The keys to subscribe with, of the servers that send, but for those that are `known`: the home server's, and of
   * others with chats of ours those that can be reached now.
   */
  pushKeys(known: readonly string[]): Promise<readonly PushKeyView[]>;
  /**
   * This browser is told of what comes to all chats that are not muted on the servers that these are for, and of
   * letters by members of those chats, while it is away; none: no more. To be called again whenever the page is left
   * or found, which says that it was there: what is known to a server already costs one request.
   */
  subscribePush(subscriptions: readonly PushSubscriptionView[]): Promise<void>;
}
