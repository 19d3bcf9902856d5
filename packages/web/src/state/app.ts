/** What every view inside the app may use. */
import type { AppStatus, ChatSummary, Messenger } from '@polynya/messenger/api';
import { type Accessor, createContext, useContext } from 'solid-js';
import type { LockFacade } from '../engine/lock-facade.ts';
import type { Answer } from '../shell/messages.ts';
import type { Drafts } from './drafts.ts';
import type { Named } from './named.ts';
import type { Navigation } from './navigation.ts';

export interface App {
  readonly messenger: Messenger;
  readonly lock: LockFacade;
  readonly status: Accessor<AppStatus>;
  /** The newest first. */
  readonly chats: Accessor<readonly ChatSummary[]>;
  /** Each of them, by its id. */
  readonly chat: Pick<Named<ChatSummary>, 'of' | 'last'>;
  readonly nav: Navigation;
  readonly drafts: Drafts;
  /** Reading and writing work: what is not needed for them may load now. */
  readonly settled: Accessor<boolean>;
  /** Of this page; '' where it was not built. */
  readonly build: string;
  /** What another app shared, if the page was opened by that. */
  readonly shared: Promise<Answer | null> | undefined;
  /** Waits for what a person asked for; tells them of a problem and answers undefined then. */
  attempt<T>(work: Promise<T>): Promise<T | undefined>;
  /** Shows a sentence for a moment. */
  say(sentence: string): void;
}

export const AppContext = createContext<App>();

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('no app around this view');
  return app;
}
