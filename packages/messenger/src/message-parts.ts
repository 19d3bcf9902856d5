/** What a message may be besides its words, as a view is shown it: parts of `MessageView` in api.ts. */

export type ChatEvent =
  | { readonly event: 'created' }
  | { readonly event: 'joined'; readonly person: string; readonly by: string | null }
  | { readonly event: 'added'; readonly person: string; readonly by: string }
  | { readonly event: 'left'; readonly person: string }
  | { readonly event: 'removed'; readonly person: string; readonly by: string }
  /** Messages go by themselves so many seconds later; 0: they stay. */
  | { readonly event: 'timer'; readonly after: number; readonly by: string }
  | { readonly event: 'pinned'; readonly by: string }
  | { readonly event: 'renamed'; readonly title: string; readonly by: string }
  | { readonly event: 'admin'; readonly person: string; readonly on: boolean; readonly by: string }
  | { readonly event: 'lost'; readonly count: number }
  /** The chat went on without them, because their device broke the rules; '' if nobody can say whose it was. */
  | { readonly event: 'refounded'; readonly without: string }
  /** Could not be told where the chat went on. */
  | { readonly event: 'unreached'; readonly person: string }
  /** What this device missed, before this line, was sent again by a member, and is as that member says. */
  | { readonly event: 'resent'; readonly by: string }
  /** What stands before this line was given to this device by another one of the same person. */
  | { readonly event: 'given' };

/** Everybody sees who chose what. */
export interface PollView {
  readonly options: readonly {
    readonly text: string;
    /** Names of those who chose it, the first first. */
    readonly people: readonly string[];
    readonly mine: boolean;
  }[];
  /** More than one may be chosen. */
  readonly several: boolean;
  readonly closed: boolean;
  /** How many chose anything. */
  readonly voters: number;
}
