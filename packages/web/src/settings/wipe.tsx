/** Erases this device, after a word was typed. */
import { createSignal, type JSX } from 'solid-js';
import { takeBack } from '../away/push.ts';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function Wipe(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [typed, setTyped] = createSignal('');
  const meant = () => typed().trim().toLocaleLowerCase() === t().wipeWord;

  const wipe = async () => {
    if (!meant()) return;
    const done = await attempt(messenger.wipe().then(() => true));
    if (!done) return;
    // What it gave out is its own; a browser that cannot is no reason to stay.
    await takeBack().catch(() => undefined);
    history.replaceState(null, '');
    location.reload();
  };

  return (
    <form
      class="settings-part"
      onSubmit={(event) => {
        event.preventDefault();
        void wipe();
      }}
    >
      <h3>{t().wipe}</h3>
      <p>{t().wipeText}</p>
      <Field label={t().wipeType(t().wipeWord)} onText={setTyped} />
      <Button look="danger" type="submit" disabled={!meant()}>
        {t().wipeDo}
      </Button>
    </form>
  );
}
