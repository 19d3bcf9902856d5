/** A box to tick, with words beside it. */
import type { JSX } from 'solid-js';
import './tick.css';

export interface TickProps {
  on: boolean;
  onTick(on: boolean): void;
  children: JSX.Element;
}

export function Tick(props: TickProps): JSX.Element {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={props.on}
        onChange={(event) => props.onTick(event.currentTarget.checked)}
      />
      <span>{props.children}</span>
    </label>
  );
}
