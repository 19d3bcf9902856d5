/** What is there while the store is locked: nothing of it, and the way in. */
import { type Lock, unlocked } from '@polynya/messenger/store/lock';
import { createSignal, type JSX, Show } from 'solid-js';
import { KEY_DATABASE } from '../engine/phases.ts';
import { Screen } from '../first/screen.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useWords } from '../words/use-words.ts';
import { passkeySecret } from './passkey.ts';
import { secretOf } from './passphrase.ts';

export function Locked(props: { lock: Lock; onOpen(key: CryptoKey): void }): JSX.Element {
  const { t } = useWords();
  const [typed, setTyped] = createSignal('');
  const [trying, setTrying] = createSignal<'no' | 'yes' | 'in vain'>('no');
  const [share, setShare] = createSignal(0);
  const { lock } = props;
  const open = async () => {
    if (trying() === 'yes') return;
    setTrying('yes');
    const asked = lock.by === 'passkey' ? passkeySecret(lock) : secretOf(typed(), lock, setShare);
    const secret = await asked.catch(() => null);
    const key = secret && (await unlocked(lock, secret));
    if (key) props.onOpen(key);
    else setTrying('in vain');
  };
  return (
    <Screen title={t().lockedTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
      >
        <Show when={lock.by === 'passphrase'}>
          <Field
            label={t().passphrase}
            type="password"
            autocomplete="current-password"
            autofocus
            onText={setTyped}
          />
        </Show>
        <Button look="primary" type="submit" disabled={trying() === 'yes'}>
          {trying() === 'yes' ? t().unlocking : t().unlock}
        </Button>
        <Show when={trying() === 'yes' && lock.by === 'passphrase'}>
          <progress value={share()} aria-label={t().unlocking} />
        </Show>
        <Show when={trying() === 'in vain'}>
          <ProblemNote>
            {lock.by === 'passkey' ? t().passkeyWrong : t().passphraseWrong}
          </ProblemNote>
          <Button
            look="danger"
            onClick={() => {
              if (!confirm(t().lockedWipeAsk)) return;
              for (const name of [KEY_DATABASE, 'polynya']) indexedDB.deleteDatabase(name);
              location.reload();
            }}
          >
            {t().lockedWipe}
          </Button>
        </Show>
      </form>
    </Screen>
  );
}
