/** Web Push, as far as a view has to do with it: a part of the facade in api.ts that loads when it is first asked for. */

/** What the browser gave out (Push API, PushSubscription). */
export interface PushSubscriptionView {
  readonly endpoint: string;
  /** `p256dh`: an uncompressed point of P-256. */
  readonly key: Uint8Array;
  /** 16 bytes. */
  readonly auth: Uint8Array;
}

export interface PushFacade {
  /** The key to subscribe with (RFC 8292); null: the server sends none. */
  pushKey(): Promise<Uint8Array | null>;
  /**
   * This browser is told of what comes to all chats on the home server that are not muted, while it is away; null:
   * no more. To be called again whenever the page is left or found, which says that it was there: what is known to
   * the server already costs one request.
   */
  subscribePush(subscription: PushSubscriptionView | null): Promise<void>;
}
