/** Initials on a coloured disc. Decoration: the name always stands beside it. */
import { type JSX, Show } from 'solid-js';
import './avatar.css';
import { Icon } from './icon.tsx';
import { initialsOf, toneOf } from './tone.ts';

export function Avatar(props: { id: string; name: string; small?: boolean }): JSX.Element {
  return (
    <span
      class="avatar"
      classList={{ small: props.small ?? false }}
      style={{ '--tone': toneOf(props.id) }}
      aria-hidden="true"
    >
      <Show when={initialsOf(props.name)} fallback={<Icon name="person" />}>
        {initialsOf(props.name)}
      </Show>
    </span>
  );
}
