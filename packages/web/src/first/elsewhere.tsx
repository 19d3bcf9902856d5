/** Another tab runs the engine: offers to take over. */
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { Button } from '../ui/button.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useWords } from '../words/use-words.ts';
import { Screen } from './screen.tsx';

/** How long a living tab may take to store what it must, in milliseconds. */
const PATIENCE = 5000;

export function Elsewhere(props: { onTakeOver(): void }): JSX.Element {
  const { t } = useWords();
  const [asking, setAsking] = createSignal<'no' | 'yes' | 'in vain'>('no');
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  return (
    <Screen title={t().elsewhereTitle}>
      <p>{t().elsewhereText}</p>
      <Button
        look="primary"
        disabled={asking() === 'yes'}
        onClick={() => {
          setAsking('yes');
          timer = setTimeout(() => setAsking('in vain'), PATIENCE);
          props.onTakeOver();
        }}
      >
        {asking() === 'yes' ? t().takingOver : t().useHere}
      </Button>
      <Show when={asking() === 'in vain'}>
        <ProblemNote>{t().otherTabSilent}</ProblemNote>
      </Show>
    </Screen>
  );
}
