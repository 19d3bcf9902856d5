/** The words for paper that bring a person back who has no device left: shown, then typed back, then nowhere but there. */
import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import { QrCode } from '../invite/qr-code.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function RecoveryKit(props: { onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, say } = useApp();
  const [kit] = createResource(() => attempt(messenger.recoveryKit()));
  const [typing, setTyping] = createSignal(false);
  const [typed, setTyped] = createSignal('');

  const keep = async () => {
    const phrase = typed().trim();
    // Once is enough: it takes a moment.
    setTyped('');
    const kept = await attempt(messenger.keepRecoveryPhrase(phrase).then(() => true));
    if (!kept) return;
    say(t().recoveryKept);
    props.onClose();
  };

  return (
    <Dialog title={t().recoveryPhrase} onClose={props.onClose}>
      <Show when={kit()}>
        {(known) => (
          <Show
            when={typing()}
            fallback={
              <>
                <p>{t().recoveryWrite}</p>
                <p class="safety-number">
                  <For each={known().phrase.split(/\s+/)}>{(group) => <span>{group}</span>}</For>
                </p>
                <p>{t().recoveryLink}</p>
                <QrCode text={known().link} label={t().recoveryQr} />
                <input
                  class="link-card-link"
                  readonly
                  aria-label={t().recoveryQr}
                  value={known().link}
                />
                <div class="dialog-actions">
                  <Button look="primary" onClick={() => setTyping(true)}>
                    {t().recoveryWritten}
                  </Button>
                </div>
              </>
            }
          >
            <form
              onSubmit={(event) => {
                event.preventDefault();
                void keep();
              }}
            >
              <p>{t().recoveryProve}</p>
              <Field
                label={t().recoveryPhrase}
                hint={t().recoveryHint}
                spellcheck={false}
                autocapitalize="off"
                autofocus
                onText={setTyped}
              />
              <div class="dialog-actions">
                <Button onClick={() => setTyping(false)}>{t().back}</Button>
                <Button look="primary" type="submit" disabled={typed().trim() === ''}>
                  {t().recoveryDo}
                </Button>
              </div>
            </form>
          </Show>
        )}
      </Show>
    </Dialog>
  );
}
