/** How long messages of a chat stay: what is chosen counts for what is said from then on. */
import type { ChatDetail } from '@polynya/messenger/api';
import { For, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { useExtraWords } from '../words/use-words.ts';

/** Seconds. */
const CHOICES = [0, 300, 3_600, 86_400, 604_800, 2_419_200, 7_776_000];

export function TimerPart(props: { detail: ChatDetail }): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const mayChoose = () => props.detail.direct || props.detail.saved || props.detail.admin;
  const choices = () => [...new Set([...CHOICES, props.detail.timer])].sort((a, b) => a - b);
  const named = (after: number) => (after === 0 ? t().timerOff : format().lasting(after));
  return (
    <section class="panel-part">
      <label class="field">
        <span class="field-label">{t().timer}</span>
        <Show when={mayChoose()} fallback={<span>{named(props.detail.timer)}</span>}>
          <select
            class="field-input"
            onChange={(event) =>
              attempt(messenger.setTimer(props.detail.chat, Number(event.currentTarget.value)))
            }
          >
            <For each={choices()}>
              {(after) => (
                <option value={after} selected={after === props.detail.timer}>
                  {named(after)}
                </option>
              )}
            </For>
          </select>
        </Show>
        <span class="field-hint">{mayChoose() ? t().timerNote : t().timerAdmins}</span>
      </label>
    </section>
  );
}
