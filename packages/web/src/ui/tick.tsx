/** A box to tick, with words beside it. */
import type { JSX } from 'solid-js';
import './tick.css';

export interface TickProps {
  on: boolean;
  /** false: that could not be done, and the box is as it was. */
  onTick(on: boolean): unknown;
  children: JSX.Element;
}

export function Tick(props: TickProps): JSX.Element {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={props.on}
        onChange={async ({ currentTarget: box }) => {
          if ((await props.onTick(box.checked)) === false) box.checked = props.on;
        }}
      />
      <span>{props.children}</span>
    </label>
  );
}
