/** Initials on a coloured disc. Decoration: the name always stands beside it. */
import { type JSX, Show } from 'solid-js';
import './avatar.css';
import { Icon, type IconName } from './icon.tsx';
import { initialsOf, toneOf } from './tone.ts';

export interface AvatarProps {
  id: string;
  name: string;
  small?: boolean;
  /** Where there is no name. */
  icon?: IconName;
}

export function Avatar(props: AvatarProps): JSX.Element {
  return (
    <span
      class="avatar"
      classList={{ small: props.small ?? false }}
      style={{ '--tone': toneOf(props.id) }}
      aria-hidden="true"
    >
      <Show when={initialsOf(props.name)} fallback={<Icon name={props.icon ?? 'person'} />}>
        {initialsOf(props.name)}
      </Show>
    </span>
  );
}
