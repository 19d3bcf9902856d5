/** The first answer to a query that is as wanted: for what a person asked for in several steps. */
import type { Messenger, Query, QueryResult } from '@polynya/messenger/api';

/** Waits for as long as the messenger lives. */
export function once<Q extends Query>(
  messenger: Messenger,
  query: Q,
  wanted: (answer: QueryResult[Q['query']]) => boolean = () => true,
): Promise<QueryResult[Q['query']]> {
  return new Promise((resolve) => {
    const stop = messenger.subscribe(query, (answer) => {
      if (!wanted(answer)) return;
      // A listener may be called before `subscribe` returns.
      queueMicrotask(() => stop());
      resolve(answer);
    });
  });
}
