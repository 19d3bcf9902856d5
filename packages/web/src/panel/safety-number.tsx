/** The 60 digits that two people compare, in groups of five. */
import type { PersonView } from '@polynya/messenger/api';
import { createResource, For, type JSX } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { calledHere } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function SafetyNumber(props: { person: PersonView; onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [digits] = createResource(() => attempt(messenger.safetyNumber(props.person.person)));
  const groups = () => (digits() ?? '').replace(/\D/g, '').match(/\d{5}/g) ?? [];
  return (
    <Dialog title={t().safetyNumber} onClose={props.onClose}>
      <p>{t().safetyText(calledHere(props.person))}</p>
      <p class="safety-number">
        <For each={groups()}>{(group) => <span>{group}</span>}</For>
      </p>
    </Dialog>
  );
}
