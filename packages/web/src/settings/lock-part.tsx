/** The app lock: what is stored in this browser opens by a passphrase or a passkey alone. */

import { newPassphraseWay, type Way } from '@polynya/messenger/store/lock';
import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import { CHOICES, lockAfter, setLockAfter, shut } from '../away/auto-lock.ts';
import { mayHavePasskeys, newPasskeyWay } from '../lock/passkey.ts';
import { secretOf } from '../lock/passphrase.ts';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';

const LEAST = 8;

export function LockPart(): JSX.Element {
  const { t, format } = useExtraWords();
  const { lock, attempt, say } = useApp();
  const [by, { refetch }] = createResource(() => lock.lockedBy());
  const [typed, setTyped] = createSignal('');
  const [again, setAgain] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  const ready = () => typed().length >= LEAST && typed() === again() && !busy();

  const set = async (asked: Promise<{ way: Way; secret: Uint8Array } | null>) => {
    setBusy(true);
    const work = async () => {
      const given = await asked;
      if (!given) return say(t().passkeyRefused);
      await lock.lock(given.way, given.secret);
      say(t().lockSet);
    };
    await attempt(work());
    setBusy(false);
    void refetch();
  };
  const byPassphrase = async () => {
    const way = newPassphraseWay();
    return { way, secret: await secretOf(typed(), way) };
  };

  return (
    <section class="settings-part">
      <h3>{t().lock}</h3>
      <Show
        when={by()}
        fallback={
          <form
            class="settings-part"
            onSubmit={(event) => {
              event.preventDefault();
              if (ready()) void set(byPassphrase());
            }}
          >
            <p>{t().lockText}</p>
            <Field
              label={t().lockPassphrase}
              hint={t().lockHint}
              type="password"
              autocomplete="new-password"
              onText={setTyped}
            />
            <Field
              label={t().lockAgain}
              type="password"
              autocomplete="new-password"
              onText={setAgain}
            />
            <Button type="submit" disabled={!ready()}>
              {busy() ? t().lockSealing : t().lockByPassphrase}
            </Button>
            <Show when={mayHavePasskeys()}>
              <Button disabled={busy()} onClick={() => void set(newPasskeyWay(t().appName))}>
                {t().lockByPasskey}
              </Button>
            </Show>
          </form>
        }
      >
        {(way) => (
          <>
            <p>{way() === 'passkey' ? t().lockedByPasskey : t().lockedByPassphrase}</p>
            <label class="field">
              <span class="field-label">{t().lockAfter}</span>
              <select
                class="field-input"
                onChange={(event) => setLockAfter(Number(event.currentTarget.value))}
              >
                <For each={CHOICES}>
                  {(minutes) => (
                    <option value={minutes} selected={minutes === lockAfter()}>
                      {minutes === 0 ? t().lockNever : format().lasting(minutes * 60)}
                    </option>
                  )}
                </For>
              </select>
              <span class="field-hint">{t().lockAfterText}</span>
            </label>
            <Button look="primary" onClick={shut}>
              {t().lockNow}
            </Button>
            <Button
              look="danger"
              onClick={async () => {
                await attempt(lock.unlock().then(() => setLockAfter(0)));
                await refetch();
              }}
            >
              {t().lockOff}
            </Button>
          </>
        )}
      </Show>
    </section>
  );
}
