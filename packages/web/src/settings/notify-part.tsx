/** Whether this browser says that something came, and what that costs. */
import { createSignal, For, type JSX, Show } from 'solid-js';
import { choose, leaveWords, mayNotify, mayPush, type Notify, notifyChoice } from '../away/push.ts';
import { useApp } from '../state/app.ts';
import { useExtraWords } from '../words/use-words.ts';

export function NotifyPart(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, say } = useApp();
  const [chosen, setChosen] = createSignal(notifyChoice(), { equals: false });
  const [busy, setBusy] = createSignal(false);
  const ways = (): [Notify, string][] => [
    ['off', t().timerOff],
    ['open', t().notifyOpen],
    ...(mayPush() ? [['closed', t().notifyClosed] as [Notify, string]] : []),
  ];
  const pick = async (wanted: Notify) => {
    setBusy(true);
    const done = await attempt(choose(messenger, wanted));
    if (done === 'done' && wanted !== 'off') await leaveWords(t().newMessage);
    if (done === 'denied') say(t().notifyDenied);
    if (done === 'none') say(t().notifyNone);
    setChosen(notifyChoice());
    setBusy(false);
  };
  return (
    <Show when={mayNotify()}>
      <section class="settings-part">
        <h3>{t().notify}</h3>
        <select
          class="field-input"
          aria-label={t().notify}
          disabled={busy()}
          value={chosen()}
          onChange={(event) => void pick(event.currentTarget.value as Notify)}
        >
          <For each={ways()}>
            {([way, words]) => (
              <option value={way} selected={way === chosen()}>
                {words}
              </option>
            )}
          </For>
        </select>
        <p>{t().notifyText}</p>
      </section>
    </Show>
  );
}
