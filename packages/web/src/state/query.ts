/** What the messenger answers, as Solid state in which only what changed is touched. */
import type { Messenger, Query, QueryResult } from '@polynya/messenger/api';
import { type Accessor, createEffect, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';

/**
 * The present answer to `query`; undefined until the first one, which stays while a changed query of
 * the same kind waits for its own. Rows are matched by `key`, so that views of them live on.
 */
export function useQuery<Q extends Query>(
  messenger: Messenger,
  query: Accessor<Q>,
  key: string,
): Accessor<QueryResult[Q['query']] | undefined> {
  const [state, setState] = createStore<{ answer?: unknown }>({});
  createEffect(() => {
    const stop = messenger.subscribe(query(), (answer: unknown) =>
      setState('answer', reconcile(answer, { key })),
    );
    onCleanup(stop);
  });
  return () => state.answer as QueryResult[Q['query']] | undefined;
}
