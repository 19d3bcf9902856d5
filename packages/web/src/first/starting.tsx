/** Shown while the engine wakes; blank at first, for most of the time it takes no time. */
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { Emblem } from '../ui/emblem.tsx';
import { useWords } from '../words/use-words.ts';
import './screen.css';

const PATIENCE = 400;

export function Starting(): JSX.Element {
  const { t } = useWords();
  const [late, setLate] = createSignal(false);
  onMount(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE);
    onCleanup(() => clearTimeout(timer));
  });
  return (
    <main class="screen" aria-busy="true">
      <Show when={late()}>
        <div class="screen-card" role="status">
          <Emblem size={88} />
          <p>{t().loading}</p>
        </div>
      </Show>
    </main>
  );
}
