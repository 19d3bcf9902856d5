/** Opens what can be done without a server, which loads then. */
import { createResource, createSignal, type JSX, Show } from 'solid-js';
import { Button } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function NearButton(props: { look?: string }): JSX.Element {
  const { t } = useExtraWords();
  const [open, setOpen] = createSignal(false);
  const [panel] = createResource(open, () => import('./near-panel.tsx'));
  return (
    <>
      <Button look={props.look ?? ''} onClick={() => setOpen(true)}>
        {t().near}
      </Button>
      <Show when={open() && panel()} keyed>
        {(loaded) => <loaded.NearPanel onClose={() => setOpen(false)} />}
      </Show>
    </>
  );
}
