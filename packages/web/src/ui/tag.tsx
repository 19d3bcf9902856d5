/** The four digits that tell people of one name apart, and names with them. */
import type { PersonView } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';

/** Nothing where there is no tag to be shown. */
export function Tag(props: { of: string | null }): JSX.Element {
  return (
    <Show when={props.of}>
      <span class="tag">#{props.of}</span>
    </Show>
  );
}

export function called(name: string, tag: string | null): string {
  return tag === null ? name : `${name} #${tag}`;
}

/** How one of a chat's people is called where only one of them is spoken of. */
export function calledHere({ name, tag, namesake }: PersonView): string {
  return called(name, namesake ? tag : null);
}
