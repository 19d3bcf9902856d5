/** What the messenger answers, as Solid state: plain values, in which what did not change is the same object. */
import type { Messenger, Query, QueryResult } from '@polynya/messenger/api';
import { shared } from '@polynya/messenger/queries/shared';
import {
  type Accessor,
  createEffect,
  createMemo,
  createSignal,
  getOwner,
  onCleanup,
  runWithOwner,
} from 'solid-js';

/**
 * The present answer to `query`; undefined until the first one, which stays while a changed query of
 * the same kind waits for its own.
 */
export function useQuery<Q extends Query>(
  messenger: Pick<Messenger, 'subscribe'>,
  query: Accessor<Q>,
): Accessor<QueryResult[Q['query']] | undefined> {
  const [answer, setAnswer] = createSignal<QueryResult[Q['query']]>();
  createEffect(() =>
    onCleanup(
      messenger.subscribe(query(), (now) => void setAnswer((before) => shared(before, now))),
    ),
  );
  return answer;
}

/** The same value, of which a view that reads one field hears of that field alone. */
export function byField<T extends object>(
  value: Accessor<T | null | undefined>,
): Accessor<T | undefined> {
  const owner = getOwner();
  const fields = new Map<PropertyKey, Accessor<unknown>>();
  const field = (name: PropertyKey) =>
    runWithOwner(owner, () =>
      // What shows it may be asked once more before it is gone.
      createMemo<unknown>((before) => {
        const now = value();
        return now ? now[name as keyof T] : before;
      }),
    ) as Accessor<unknown>;
  const view = new Proxy({} as T, {
    get(_, name) {
      const known = fields.get(name) ?? field(name);
      fields.set(name, known);
      return known();
    },
  });
  return createMemo(() => (value() ? view : undefined));
}
