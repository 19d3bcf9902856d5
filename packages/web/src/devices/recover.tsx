/** On a device that holds nothing: becomes its person again, by the words on paper. */
import { Problem, type ProblemCode } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { Screen } from '../first/screen.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { deviceName } from './device-name.ts';

export function Recover(props: { link: string; onDone(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger } = useApp();
  const [phrase, setPhrase] = createSignal('');
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<ProblemCode | null>(null);

  const recover = async () => {
    setWorking(true);
    setProblem(null);
    try {
      const name = deviceName(navigator.userAgent) || t().deviceUnnamed;
      await messenger.recover(props.link, phrase().trim(), name);
      props.onDone();
    } catch (error) {
      setProblem(error instanceof Problem ? error.code : 'failed');
      setWorking(false);
    }
  };

  return (
    <Screen title={t().recoverTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void recover();
        }}
      >
        <p>{t().recoverText}</p>
        <Field
          label={t().recoveryPhrase}
          hint={t().recoveryHint}
          spellcheck={false}
          autocapitalize="off"
          required
          autofocus
          onText={setPhrase}
        />
        <Show when={problem()}>{(code) => <ProblemNote>{t().problem[code()]}</ProblemNote>}</Show>
        <Button look="primary wide" type="submit" disabled={working() || phrase().trim() === ''}>
          {working() ? t().recovering : t().recoverDo}
        </Button>
        <Button look="plain wide" onClick={() => props.onDone()}>
          {t().anotherLink}
        </Button>
      </form>
    </Screen>
  );
}
