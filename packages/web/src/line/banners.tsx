/** What stands in the way of the line, the clock, the storage or the page itself. */
import { createEffect, createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { RefusedUpdate } from '../later.tsx';
import { NearButton } from '../near/near-button.tsx';
import { useApp } from '../state/app.ts';
import type { Refused } from '../state/update.ts';
import { Button } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './banners.css';

/** A line that comes back within this many milliseconds was never worth a word. */
const PATIENCE = 700;
/** ms of a line by which what is for worse days may come. */
const KEEPING = 120_000;

export interface BannersProps {
  newBuild: boolean;
  refused: Refused | undefined;
  onReload(): void;
}

export function Banners(props: BannersProps): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, status } = useApp();
  const [line, setLine] = createSignal<'offline' | 'connecting' | 'updating' | null>(null);
  const [network, setNetwork] = createSignal(navigator.onLine);
  const look = () => setNetwork(navigator.onLine);
  window.addEventListener('online', look);
  window.addEventListener('offline', look);
  onCleanup(() => {
    window.removeEventListener('online', look);
    window.removeEventListener('offline', look);
  });
  createEffect(() => {
    // A connection takes its time to notice what the browser knows at once.
    const known = status().syncing ? 'updating' : status().line;
    const now = network() ? known : 'offline';
    if (now === 'online') {
      setLine(null);
      return;
    }
    const timer = setTimeout(() => setLine(now), line() === null ? PATIENCE : 0);
    onCleanup(() => clearTimeout(timer));
  });

  // Where connections freeze, only what is asked for is brought and kept: this has to be there before the line is gone.
  createEffect(() => {
    if (!status().way?.startsWith('sip ')) return;
    const timer = setTimeout(() => {
      import('../near/near-panel.tsx').catch(() => undefined);
      messenger.subscribe({ query: 'near' }, () => undefined)();
    }, KEEPING);
    onCleanup(() => clearTimeout(timer));
  });

  const words = () => ({
    offline: t().lineOffline,
    connecting: t().lineConnecting,
    updating: t().lineUpdating,
  });

  return (
    <div class="banners" role="status">
      <Show when={line()}>
        {(state) => (
          <p class="banner">
            <span class="banner-pulse" aria-hidden="true" />
            {status().near > 0 && state() !== 'updating' ? t().lineNear : words()[state()]}
            <Show when={state() === 'offline'}>
              <Show when={status().near === 0}>
                <Button look="plain small" onClick={() => messenger.kick()}>
                  {t().tryNow}
                </Button>
              </Show>
              <NearButton look="plain small" />
            </Show>
          </p>
        )}
      </Show>
      <Show when={status().clockOff}>
        {(off) => (
          <p class="banner warn">
            {off() > 0
              ? t().clockAhead(format().span(off()))
              : t().clockBehind(format().span(off()))}
          </p>
        )}
      </Show>
      <Show when={status().storageFull}>
        <p class="banner bad">{t().storageFull}</p>
      </Show>
      <Show when={status().removed}>
        {(removed) => (
          <p class="banner bad">{t().deviceRemoved(removed().by, format().full(removed().at))}</p>
        )}
      </Show>
      <Show when={props.refused}>{(refused) => <RefusedUpdate refused={refused()} />}</Show>
      <Show when={status().outdated || props.newBuild}>
        <p class="banner warn">
          {status().outdated ? t().outdated : t().newBuild}
          <Button look="plain small" onClick={() => props.onReload()}>
            {t().reload}
          </Button>
        </p>
      </Show>
    </div>
  );
}
