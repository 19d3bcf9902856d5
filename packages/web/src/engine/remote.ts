/**
 * A Messenger at the other end of a MessagePort: calls go one way, answers and query results the other,
 * by structured clone (HTML section 2.7), so that a Blob crosses without being copied. Of a result that lists
 * something only what differs from the one before crosses, and what is the same is the same object there.
 */
import {
  type Messenger,
  Problem,
  type ProblemCode,
  type Query,
  type QueryResult,
} from '@polynya/messenger/api';
import { changedList, type ListChange, listChange } from '@polynya/messenger/queries/list-change';
import { shared } from '@polynya/messenger/queries/shared';

type Method = Exclude<keyof Messenger, 'subscribe'>;

type Ask =
  | { readonly ask: 'call'; readonly id: number; readonly method: Method; readonly args: unknown[] }
  | { readonly ask: 'subscribe'; readonly id: number; readonly query: Query }
  | { readonly ask: 'unsubscribe'; readonly id: number };

type Tell =
  | { readonly tell: 'answer'; readonly id: number; readonly value: unknown }
  | {
      readonly tell: 'problem';
      readonly id: number;
      readonly code: ProblemCode;
      readonly why: string;
    }
  /** `list`: to be put in place of what `value` lists, which is left out there. */
  | {
      readonly tell: 'result';
      readonly id: number;
      readonly value: unknown;
      readonly list?: ListChange<unknown>;
    };

/** What a result lists: chats and the like are all of it, messages a part. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null && 'messages' in value
    ? (value.messages as readonly unknown[])
    : undefined;
}

const withList = (value: unknown, list: readonly unknown[]): unknown =>
  value === null ? list : { ...(value as object), messages: list };

/** Tells the results of one subscription: nothing where one equals the one before. */
function teller(id: number, tell: (message: Tell) => void): (value: unknown) => void {
  let before: unknown;
  let told: readonly unknown[] = [];
  return (value) => {
    const next = shared(before, value);
    if (next === before) return;
    before = next;
    const list = listOf(next);
    if (!list) return tell({ tell: 'result', id, value: next });
    tell({
      tell: 'result',
      id,
      value: list === next ? null : withList(next, []),
      list: listChange(told, list),
    });
    told = list;
  };
}

/** Answers what comes out of `port` from `messenger`, until the port is closed. */
export function serveMessenger(messenger: Messenger, port: MessagePort): void {
  const subscriptions = new Map<number, () => void>();
  const tell = (message: Tell): void => port.postMessage(message);

  const call = async (id: number, method: Method, args: unknown[]): Promise<void> => {
    try {
      const run = messenger[method] as (...args: unknown[]) => Promise<unknown>;
      tell({ tell: 'answer', id, value: await run.apply(messenger, args) });
    } catch (error) {
      const code = error instanceof Problem ? error.code : 'failed';
      tell({ tell: 'problem', id, code, why: error instanceof Error ? error.message : '' });
    }
  };

  port.onmessage = ({ data }: MessageEvent<Ask>) => {
    if (data.ask === 'call') {
      void call(data.id, data.method, data.args);
    } else if (data.ask === 'subscribe') {
      const { id, query } = data;
      subscriptions.set(id, messenger.subscribe(query, teller(id, tell)));
    } else {
      subscriptions.get(data.id)?.();
      subscriptions.delete(data.id);
    }
  };
}

export interface RemoteMessenger {
  readonly messenger: Messenger;
  /** Refuses what is under way with Problem 'failed' and lets go of the port. */
  end(): void;
}

/** The Messenger that `serveMessenger` serves at the other end of `port`. */
export function connectMessenger(port: MessagePort): RemoteMessenger {
  const calls = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Map<number, (told: Extract<Tell, { tell: 'result' }>) => void>();
  /** Results to be handed over, the last of each subscription: a page that was busy draws once what came meanwhile. */
  const due = new Map<number, () => void>();
  // Timers wait in a page out of sight.
  const turn = new MessageChannel();
  let next = 0;
  let ended = false;
  const handOver = (): void => {
    for (const [id, hand] of due) {
      due.delete(id);
      hand();
    }
  };
  turn.port1.onmessage = handOver;
  const ask = (message: Ask): void => port.postMessage(message);

  port.onmessage = ({ data }: MessageEvent<Tell>) => {
    if (data.tell === 'result') {
      turn.port2.postMessage(0);
      listeners.get(data.id)?.(data);
      return;
    }
    const waiting = calls.get(data.id);
    // Whoever asked finds what was told before the answer.
    if (waiting) handOver();
    calls.delete(data.id);
    if (data.tell === 'answer') waiting?.resolve(data.value);
    else waiting?.reject(new Problem(data.code, data.why));
  };

  const call = (method: Method, args: unknown[]): Promise<unknown> => {
    if (ended) return Promise.reject(new Problem('failed', 'the engine has stopped'));
    const id = next++;
    const answer = Promise.withResolvers<unknown>();
    calls.set(id, answer);
    ask({ ask: 'call', id, method, args });
    return answer.promise;
  };
  return {
    // Whatever is not this one method is a call.
    messenger: new Proxy(
      {
        subscribe<Q extends Query>(
          query: Q,
          listener: (result: QueryResult[Q['query']]) => void,
        ): () => void {
          const id = next++;
          let list: readonly unknown[] = [];
          const heard = listener as (value: unknown) => void;
          listeners.set(id, ({ value, list: change }) => {
            if (change) list = changedList(list, change);
            due.set(id, () => heard(change ? withList(value, list) : value));
          });
          ask({ ask: 'subscribe', id, query });
          return () => {
            due.delete(id);
            if (listeners.delete(id)) ask({ ask: 'unsubscribe', id });
          };
        },
      } as Messenger,
      {
        get: (known, name) =>
          name === 'subscribe'
            ? known.subscribe
            : // Nor is it a promise, whoever waits for it.
              name !== 'then' && ((...args: unknown[]) => call(name as Method, args)),
      },
    ),
    end() {
      ended = true;
      port.close();
      turn.port1.close();
      due.clear();
      for (const { reject } of calls.values())
        reject(new Problem('failed', 'the engine has stopped'));
      calls.clear();
      listeners.clear();
    },
  };
}
