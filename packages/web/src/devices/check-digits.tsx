/** Six digits that two screens show alike if nobody stands between them. */
import { For, type JSX } from 'solid-js';

export function CheckDigits(props: { digits: string }): JSX.Element {
  return (
    <p class="safety-number pair">
      <For each={props.digits.match(/\d{3}/g) ?? []}>{(group) => <span>{group}</span>}</For>
    </p>
  );
}
