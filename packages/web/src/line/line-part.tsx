/** Whether there is a way to the server, and a look at what is done to the line: that loads when it is asked for. */
import { createResource, createSignal, type JSX, Show } from 'solid-js';
import { NearButton } from '../near/near-button.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function LinePart(): JSX.Element {
  const { t } = useExtraWords();
  const { status } = useApp();
  const [looking, setLooking] = createSignal(false);
  const [panel] = createResource(looking, () => import('./line-panel.tsx'));
  return (
    <section class="settings-part">
      <h3>{t().line}</h3>
      <p>{status().line === 'online' ? t().lineUp : t().lineDown}</p>
      <Button onClick={() => setLooking(true)}>{t().lineLook}</Button>
      <NearButton />
      <Show when={looking() && panel()} keyed>
        {(loaded) => <loaded.LinePanel near={<NearButton />} onClose={() => setLooking(false)} />}
      </Show>
    </section>
  );
}
