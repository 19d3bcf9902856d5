/** People known from other chats, to be ticked and added. */
import type { ChatId, PersonId } from '@polynya/messenger/api';
import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Tag } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './add-people.css';

export interface AddPeopleProps {
  chat: ChatId;
  /** Those who are in it already. */
  present: readonly PersonId[];
  onDone?(): void;
}

export function AddPeople(props: AddPeopleProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [known] = createResource(() => attempt(messenger.people()));
  const [added, setAdded] = createSignal<readonly PersonId[]>([]);
  const [chosen, setChosen] = createSignal<readonly PersonId[]>([]);
  const [adding, setAdding] = createSignal(false);
  const candidates = () =>
    (known() ?? []).filter(
      ({ person, me, reachable, blocked }) =>
        !me && reachable && !blocked && ![...props.present, ...added()].includes(person),
    );

  const add = async () => {
    setAdding(true);
    const people = chosen();
    const done = await attempt(messenger.add(props.chat, people).then(() => true));
    setAdding(false);
    if (!done) return;
    setAdded((all) => [...all, ...people]);
    setChosen([]);
    props.onDone?.();
  };

  return (
    <Show when={candidates().length > 0}>
      <section class="add-people">
        <h3>{t().addKnown}</h3>
        <For each={candidates()}>
          {(person) => (
            <label class="add-person">
              <Avatar small id={person.person} name={person.name} />
              <span>
                {person.name} <Tag of={person.tag} />
              </span>
              <input
                type="checkbox"
                checked={chosen().includes(person.person)}
                onChange={(event) =>
                  setChosen((all) =>
                    event.currentTarget.checked
                      ? [...all, person.person]
                      : all.filter((other) => other !== person.person),
                  )
                }
              />
            </label>
          )}
        </For>
        <Show when={chosen().length > 0}>
          <Button look="primary" disabled={adding()} onClick={add}>
            {t().addChosen(chosen().length)}
          </Button>
        </Show>
      </section>
    </Show>
  );
}
