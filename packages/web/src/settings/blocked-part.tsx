/** Whom this person blocked, also where no chat of theirs is left, and the way back. */
import { createResource, For, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { calledHere } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function BlockedPart(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [people, { refetch }] = createResource(() => attempt(messenger.people()));
  const blocked = () => (people.latest ?? []).filter((person) => person.blocked);
  return (
    <Show when={blocked().length > 0}>
      <section class="settings-part">
        <h3>{t().blockedPeople}</h3>
        <ul class="device-list">
          <For each={blocked()}>
            {(person) => (
              <li class="person-row">
                <span class="person-name">{calledHere(person)}</span>
                <Button
                  look="small"
                  onClick={async () => {
                    await attempt(messenger.block(person.person, false));
                    await refetch();
                  }}
                >
                  {t().unblock}
                </Button>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
