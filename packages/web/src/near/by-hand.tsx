/** A file with what waits, for somebody to carry, and such a file from somebody else. */
import { createSignal, type JSX, Show } from 'solid-js';
import { saveBlob } from '../chat/message/save-blob.ts';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import type { nearWords } from './near-words.ts';

export function ByHand(props: { words: (typeof nearWords)['en'] }): JSX.Element {
  const { messenger, attempt } = useApp();
  const [said, setSaid] = createSignal('');
  let input!: HTMLInputElement;
  const out = async () => {
    const carried = await attempt(messenger.nearOut());
    if (!carried) return;
    if (carried.messages > 0) saveBlob(carried.file, 'polynya-carried');
    setSaid(carried.messages > 0 ? props.words.saved(carried.messages) : props.words.nothing);
  };
  const take = async (file: File) => {
    const taken = await attempt(messenger.nearIn(file));
    if (!taken) return;
    if ('refused' in taken) return void setSaid(props.words.refused[taken.refused]);
    const { messages, fresh, strange } = taken;
    const left = strange > 0 ? ` ${props.words.strange(strange)}` : '';
    setSaid(props.words.taken(messages, fresh.length) + left);
  };
  return (
    <section class="near-by-hand">
      <h3>{props.words.byHand}</h3>
      <p class="near-note">{props.words.byHandText}</p>
      <div class="near-files">
        <Button onClick={() => void out()}>{props.words.out}</Button>
        <Button onClick={() => input.click()}>{props.words.in}</Button>
        <input
          ref={input}
          type="file"
          hidden
          onChange={() => {
            const file = input.files?.[0];
            if (file) void take(file);
            input.value = '';
          }}
        />
      </div>
      <Show when={said()}>
        <p class="near-state" role="status">
          {said()}
        </p>
      </Show>
    </section>
  );
}
