/** One answer of a query, where a command needs no more than that. */
import type { Messenger, Query, QueryResult } from '@polynya/messenger/api';

/**
 * The first answer that `enough` holds for. Ends the subscription with it.
 * @throws what `enough` throws
 * @param signal aborting it rejects with its reason
 */
export function answer<Q extends Query>(
  messenger: Messenger,
  query: Q,
  enough: (result: QueryResult[Q['query']]) => boolean = () => true,
  signal?: AbortSignal,
): Promise<QueryResult[Q['query']]> {
  return new Promise((resolve, reject) => {
    let over = false;
    let unsubscribe: (() => void) | undefined;
    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      unsubscribe?.();
      signal?.removeEventListener('abort', refuse);
      settle();
    };
    const refuse = () => end(() => reject(signal?.reason));
    if (signal?.aborted) return refuse();
    signal?.addEventListener('abort', refuse, { once: true });
    unsubscribe = messenger.subscribe(query, (result) => {
      try {
        if (enough(result)) end(() => resolve(result));
      } catch (error) {
        end(() => reject(error));
      }
    });
    // The listener may have been called, and been content, before there was anything to end.
    if (over) unsubscribe();
  });
}
