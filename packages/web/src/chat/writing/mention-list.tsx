/** Who could be meant by what was typed after an @ (WAI-ARIA listbox; the focus stays in the text). */
import type { PersonView } from '@polynya/messenger/api';
import { For, type JSX } from 'solid-js';
import { Avatar } from '../../ui/avatar.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useExtraWords } from '../../words/use-words.ts';

export interface MentionListProps {
  people: readonly PersonView[];
  /** Index of the one that Enter would take. */
  choice: number;
  onChoose(person: PersonView): void;
}

export function MentionList(props: MentionListProps): JSX.Element {
  const { t } = useExtraWords();
  return (
    <div id="mention-list" class="mention-list" role="listbox" aria-label={t().whomToMention}>
      <For each={props.people}>
        {(person, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus and points here.
          <div
            id={`mention-${i()}`}
            class="mention-option"
            role="option"
            aria-selected={i() === props.choice}
            onPointerDown={(event) => {
              event.preventDefault();
              props.onChoose(person);
            }}
          >
            <Avatar small id={person.person} name={person.name} />
            {person.name} <Tag of={person.namesake ? person.tag : null} />
          </div>
        )}
      </For>
    </div>
  );
}
