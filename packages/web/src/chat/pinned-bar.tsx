/**
 * What is kept at the top of the chat: one after the other, by each press; all of it in a list. What was let go can be
 * taken back for a while.
 */
import type { FoundView } from '@polynya/messenger/chats-api';
import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js';
import { Found } from '../hand/found.tsx';
import { useApp } from '../state/app.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import './pinned-bar.css';
import { plainText } from './message/rich-text.ts';

/** ms: long enough to see that it was a mistake, and to reach the button. */
const REGRET = 15_000;

export function PinnedBar(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail, thumbs, goTo, letGo, setLetGo } = useChat();
  const { chat } = detail();
  const [all, setAll] = createSignal<readonly FoundView[]>([]);
  /** seq of the one that is shown. */
  const [shown, setShown] = createSignal(0);
  const [listed, setListed] = createSignal(false);
  /** What was let go in the list, for as long as that is open. */
  const [dropped, setDropped] = createSignal<readonly FoundView[]>([]);
  const [gone, setGone] = createSignal<FoundView>();
  createEffect(
    on(
      () =>
        detail()
          .pins.map(({ version }) => version)
          .join(),
      async (some) => setAll(some ? ((await attempt(messenger.pinned(chat))) ?? []) : []),
    ),
  );
  createEffect(() => setShown(detail().pins[0]?.seq ?? 0));
  const at = () => {
    const found = all().findIndex(({ seq }) => seq === shown());
    return found < 0 ? all().length - 1 : found;
  };
  const rows = () => {
    const both = new Map([...dropped(), ...all()].map((one) => [one.seq, one]));
    return [...both.values()].sort((a, b) => a.seq - b.seq);
  };
  const go = ({ message, seq }: FoundView) => {
    goTo(message, seq);
    setShown(seq);
  };
  const pin = ({ message }: FoundView, to: boolean) => attempt(messenger.pin(chat, message, to));
  // Here or by the menu of the message.
  createEffect(
    on(
      letGo,
      (last) => {
        const one = all().find(({ seq }) => seq === last);
        if (!one) return;
        setGone(one);
        setTimeout(() => setGone((now) => (now === one ? undefined : now)), REGRET);
      },
      { defer: true },
    ),
  );
  const back = (one: FoundView) => {
    setGone();
    void pin(one, true);
  };
  const close = () => {
    setListed(false);
    setDropped([]);
  };
  const thumb = (one: FoundView) => (
    <Show when={one.thumb}>
      {(bytes) => <img class="pinned-thumb" src={thumbs.urlOf(one.message, bytes())} alt="" />}
    </Show>
  );

  return (
    <>
      <Show
        when={gone()}
        fallback={
          <Show when={all()[at()]}>
            {(one) => (
              <div class="pinned-bar">
                <button
                  type="button"
                  class="pinned-go"
                  onClick={() => {
                    const older = all()[(at() || all().length) - 1];
                    go(one());
                    if (older) setShown(older.seq);
                  }}
                >
                  <span class="pinned-place" aria-hidden="true">
                    <For each={all()}>{(_, i) => <span classList={{ here: i() === at() }} />}</For>
                  </span>
                  {thumb(one())}
                  <span class="pinned-text">
                    <strong>{t().pinnedMessage(at() + 1, all().length)}</strong>
                    <span dir="auto">{plainText(one().text)}</span>
                  </span>
                </button>
                <Show
                  when={all().length > 1}
                  fallback={
                    <Show when={detail().mayPin}>
                      <IconButton
                        icon="close"
                        label={t().unpin}
                        onClick={() => {
                          setLetGo(one().seq);
                          void pin(one(), false);
                        }}
                      />
                    </Show>
                  }
                >
                  <IconButton
                    icon="pin"
                    label={t().allPinned}
                    aria-haspopup="dialog"
                    onClick={() => setListed(true)}
                  />
                </Show>
              </div>
            )}
          </Show>
        }
        keyed
      >
        {(one) => (
          <div class="pinned-bar" role="status">
            <span class="pinned-go">{t().unpinned}</span>
            <Button
              look="small"
              // The button that led here is gone.
              ref={(button) => queueMicrotask(() => button.focus())}
              onClick={() => back(one)}
            >
              {t().undo}
            </Button>
          </div>
        )}
      </Show>
      <Show when={listed()}>
        <Dialog title={t().pinnedCount(all().length)} onClose={close}>
          <ul class="pinned-list">
            <For each={rows()}>
              {(one) => (
                <li>
                  <Show
                    when={all().some(({ seq }) => seq === one.seq)}
                    fallback={
                      // Not what it says: that may have been deleted since.
                      <>
                        <span class="pinned-go" role="status">
                          {t().unpinned}
                        </span>
                        <Button look="small" onClick={() => back(one)}>
                          {t().undo}
                        </Button>
                      </>
                    }
                  >
                    <Found
                      found={one}
                      onGo={() => {
                        close();
                        go(one);
                      }}
                    >
                      {thumb(one)}
                    </Found>
                    <Show when={detail().mayPin}>
                      <IconButton
                        icon="close"
                        label={t().unpin}
                        onClick={() => {
                          setDropped((some) => [...some, one]);
                          void pin(one, false);
                        }}
                      />
                    </Show>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Dialog>
      </Show>
    </>
  );
}
