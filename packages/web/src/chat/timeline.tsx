/** The messages of a chat, oldest first; only those in sight are in the page. */
import type { MessageId, MessagePage, MessageView } from '@polynya/messenger/api';
import { shared } from '@polynya/messenger/queries/shared';
import {
  type Accessor,
  batch,
  createEffect,
  createMemo,
  createSignal,
  type JSX,
  on,
  onCleanup,
  Show,
  untrack,
} from 'solid-js';
import { Virtualizer, type VirtualizerHandle } from 'virtua/solid';
import { useApp } from '../state/app.ts';
import { sameOrder } from '../state/chat-order.ts';
import { createNamed } from '../state/named.ts';
import type { Place } from '../state/navigation.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { useWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { NewMessages } from './new-messages.tsx';
import { type Row, rowOf, seenUpTo, timelineRows } from './rows.ts';
import './timeline.css';
import { TimelineRow } from './timeline-row.tsx';

/** Messages asked for at first, and at each step back; and where a search for a quoted one ends. */
const PAGE = 60;
const FIRST_AT_MOST = 400;
const SEARCH_AT_MOST = 3000;
/** Pixels from an edge that count as being there. */
const NEAR_END = 60;
const NEAR_START = 600;

export interface TimelineProps {
  /** A message to scroll to; null: the newest. */
  target: Place | null;
  /** Those that are loaded. */
  onMessages(messages: readonly MessageView[]): void;
}

export function Timeline(props: TimelineProps): JSX.Element {
  const { t } = useWords();
  const { messenger } = useApp();
  const { detail, about } = useChat();
  const chat = detail().chat;
  const [limit, setLimit] = createSignal(Math.min(FIRST_AT_MOST, PAGE + detail().unread));
  /** A seq, where one looks at what is older than the newest pages. */
  const [upTo, setUpTo] = createSignal<number>();
  // Plain, for all of it is gone through when anything in it changes.
  const [page, setPage] = createSignal<MessagePage>();
  createEffect(() => {
    const to = upTo();
    const query = { query: 'messages' as const, chat, limit: limit(), ...(to && { upTo: to }) };
    onCleanup(messenger.subscribe(query, setPage));
  });
  // As it was when the chat was opened: reading does not move the divider.
  const [firstUnread, setFirstUnread] = createSignal<number | null>();
  createEffect(() => {
    const opened = page();
    if (opened && firstUnread() === undefined) setFirstUnread(opened.firstUnread);
  });

  const [rows, setRows] = createSignal<readonly Row[]>([]);
  const row = createNamed<Row>(({ id }) => id);
  const ids = createMemo(() => rows().map(({ id }) => id), [], { equals: sameOrder });
  const [shift, setShift] = createSignal(false);
  const [handle, setHandle] = createSignal<VirtualizerHandle>();
  const [atEnd, setAtEnd] = createSignal(true);
  const [wanted, setWanted] = createSignal<Place | null>(null);
  const [flash, setFlash] = createSignal<MessageId | null>(null);
  /** The message that has the focus: it stays in the page out of sight, too, with the dialog that opened from it. */
  const [held, setHeld] = createSignal<MessageId>('');
  const kept = createMemo(() => [rowOf(rows(), held())].filter((at) => at >= 0), [], {
    equals: sameOrder,
  });
  let placed = false;
  let lastAsked = 0;
  let seen = 0;
  let scroller!: HTMLDivElement;

  const fresh = createMemo(() => {
    const divider = firstUnread();
    return divider === undefined ? [] : timelineRows(page()?.messages ?? [], divider);
  });

  /** Of the page that is there. */
  const newestSeq = () => page()?.messages.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  const toEnd = () => handle()?.scrollToIndex(rows().length - 1, { align: 'end' });

  const toNewest = () => {
    setAtEnd(true);
    if (upTo() === undefined) return void toEnd();
    batch(() => {
      setUpTo(undefined);
      setLimit(PAGE);
    });
  };

  const lookForEnd = () => {
    const list = handle();
    if (list) setAtEnd(list.scrollSize - list.scrollOffset - list.viewportSize < NEAR_END);
  };

  const markRead = () => {
    const list = handle();
    if (!list || !placed || document.visibilityState !== 'visible' || !document.hasFocus()) return;
    const index = atEnd()
      ? rows().length - 1
      : list.findItemIndex(list.scrollOffset + list.viewportSize - NEAR_END);
    const seq = seenUpTo(rows(), index);
    if (seq <= seen) return;
    seen = seq;
    void messenger.read(chat, seq);
  };

  const place = () => {
    placed = true;
    const divider = rows().findIndex(({ kind }) => kind === 'unread');
    if (divider > 0) {
      // Not at the end until told otherwise: else the rows' measuring would take us there.
      setAtEnd(false);
      handle()?.scrollToIndex(divider, { align: 'start' });
      requestAnimationFrame(scrolled);
    } else {
      toEnd();
    }
  };

  const show = ({ message, seq }: Place) => {
    const index = rowOf(rows(), message);
    if (index >= 0) {
      setWanted(null);
      // Else the rows' measuring would take us to the end.
      setAtEnd(false);
      handle()?.scrollToIndex(index, { align: 'center' });
      setFlash(rows()[index]?.id ?? null);
      setTimeout(() => {
        setFlash(null);
        // No scroll tells of it where the row was in sight already.
        lookForEnd();
      }, 1600);
    } else if (seq !== undefined && wanted()?.seq !== seq) {
      setWanted({ message, seq });
      setLimit(2 * PAGE);
      setUpTo(seq + PAGE);
    } else if (seq !== undefined && newestSeq() > (upTo() ?? 0)) {
      // No page yet, or the one that was there before: the one that was asked for is on its way.
    } else if (seq === undefined && page()?.more && limit() < SEARCH_AT_MOST) {
      setWanted({ message });
      setLimit(limit() + 4 * PAGE);
    } else {
      setWanted(null);
    }
  };

  createEffect(
    on(fresh, (now) => {
      const before = untrack(rows);
      const grewAtStart =
        before.length > 0 &&
        now.length > before.length &&
        now.at(-1)?.id === before.at(-1)?.id &&
        now[0]?.id !== before[0]?.id;
      const ownCame =
        before.length > 0 && now.at(-1)?.id !== before.at(-1)?.id && isOwn(now.at(-1));
      const stay = placed && !page()?.newer && (atEnd() || ownCame);
      setShift(grewAtStart);
      const kept = shared(before, now);
      batch(() => {
        row.set(kept);
        setRows(kept);
      });
      props.onMessages(page()?.messages ?? []);
      queueMicrotask(() => {
        const first = !placed && now.length > 0;
        if (first) placed = wanted() !== null;
        if (first && !placed) requestAnimationFrame(place);
        else if (stay) toEnd();
        const search = wanted();
        // At first the list has still to be laid out.
        if (search !== null && first) requestAnimationFrame(() => show(search));
        else if (search !== null) show(search);
        requestAnimationFrame(markRead);
      });
    }),
  );
  createEffect(
    on(
      () => props.target,
      (target) => {
        if (target) show(target);
        else if (untrack(upTo) !== undefined) toNewest();
      },
    ),
  );

  const scrolled = () => {
    const list = handle();
    if (!list || !placed) return;
    lookForEnd();
    const count = page()?.messages.length ?? 0;
    const to = upTo();
    if (to !== undefined && atEnd() && page()?.newer && to !== lastAsked) {
      lastAsked = to;
      batch(() => {
        setLimit(count + PAGE);
        setUpTo(to + PAGE);
      });
    }
    if (list.scrollOffset < NEAR_START && page()?.more && count !== lastAsked) {
      lastAsked = count;
      setLimit(count + PAGE);
    }
    markRead();
  };
  // Pictures, fonts and the keyboard change heights after the fact.
  const resized = () => {
    if (placed && atEnd()) toEnd();
  };

  window.addEventListener('focus', markRead);
  document.addEventListener('visibilitychange', markRead);
  onCleanup(() => {
    window.removeEventListener('focus', markRead);
    document.removeEventListener('visibilitychange', markRead);
  });

  return (
    <div class="timeline">
      <div
        ref={scroller}
        class="timeline-scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t().messages}
        onFocusIn={({ target }) => setHeld(target.closest('article')?.dataset.message ?? '')}
      >
        <div class="timeline-top" />
        <Show when={page() && !rows().some(({ kind }) => kind === 'message')}>
          <div class="timeline-empty">
            <p>
              {detail().saved
                ? t().savedText
                : detail().direct && detail().peer === null
                  ? t().waitingText
                  : t().noMessages}
            </p>
            <Show
              when={detail().state === 'active' && !detail().saved && detail().people.length === 1}
            >
              <Button onClick={() => about(true)}>{t().inviteHere}</Button>
            </Show>
          </div>
        </Show>
        <Virtualizer
          ref={setHandle}
          item={Item}
          scrollRef={scroller}
          data={ids()}
          shift={shift()}
          keepMounted={kept()}
          onScroll={scrolled}
          onResize={resized}
        >
          {(id) => <TimelineRow row={row.last(id) as Accessor<Row>} flash={flash() === id} />}
        </Virtualizer>
      </div>
      <Show when={!atEnd() || page()?.newer}>
        <div class="timeline-newest">
          <IconButton icon="down" label={t().newest} onClick={toNewest} />
          <Show when={detail().unread > 0}>
            <span class="badge">{detail().unread}</span>
          </Show>
        </div>
      </Show>
      <NewMessages messages={page()?.messages ?? []} />
    </div>
  );
}

/** What stands around a row that is in sight; the list's own takes any properties, which costs as much as a short text. */
function Item(
  props: Pick<JSX.HTMLAttributes<HTMLDivElement>, 'style' | 'children'> & {
    ref: (element: HTMLElement) => void;
  },
): JSX.Element {
  return (
    <div ref={props.ref} style={props.style}>
      {props.children}
    </div>
  );
}

function isOwn(row: Row | undefined): boolean {
  return row?.kind === 'message' && row.message.mine;
}
