/** That a release was not taken. */
import { createResource, createSignal, type JSX, Show } from 'solid-js';
import type { Refused } from '../state/update.ts';
import { Button } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function RefusedUpdate(props: { refused: Refused }): JSX.Element {
  const { t } = useExtraWords();
  const [open, setOpen] = createSignal(false);
  const [details] = createResource(open, () => import('./refused-details.tsx'));
  return (
    <p class="banner bad">
      {t().updateRefused}
      <Button look="plain small" onClick={() => setOpen(true)}>
        {t().details}
      </Button>
      <Show when={open() && details()} keyed>
        {(loaded) => (
          <loaded.RefusedDetails refused={props.refused} onClose={() => setOpen(false)} />
        )}
      </Show>
    </p>
  );
}
