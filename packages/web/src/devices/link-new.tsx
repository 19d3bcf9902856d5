/** On a device that holds nothing: becomes one of a person's devices, by the code that another one shows. */
import { Problem, type ProblemCode } from '@polynya/messenger/api';
import { createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import { Screen } from '../first/screen.tsx';
import { useApp } from '../state/app.ts';
import { useQuery } from '../state/query.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { CheckDigits } from './check-digits.tsx';
import { deviceName } from './device-name.ts';

const NAME_LETTERS = 64;

export function LinkNew(props: { link: string; onDone(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, status } = useApp();
  const devices = useQuery(messenger, () => ({ query: 'devices' as const }));
  const [name, setName] = createSignal(deviceName(navigator.userAgent));
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<ProblemCode | null>(null);
  const state = () => (working() ? (devices()?.link?.state ?? 'opening') : null);

  const open = async () => {
    setWorking(true);
    setProblem(null);
    try {
      await messenger.openLink(props.link, name().trim());
      props.onDone();
    } catch (error) {
      setProblem(error instanceof Problem ? error.code : 'failed');
      setWorking(false);
    }
  };

  const steps = () => (
    <Switch>
      <Match when={state() === null}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <p>{t().linkNewText}</p>
          <Field
            label={t().deviceName}
            hint={t().deviceNameHint}
            value={name()}
            maxlength={NAME_LETTERS}
            required
            onText={setName}
          />
          <Show when={problem()}>{(code) => <ProblemNote>{t().problem[code()]}</ProblemNote>}</Show>
          <Button look="primary wide" type="submit" disabled={name().trim() === ''}>
            {t().linkDevice}
          </Button>
          <Button look="plain wide" onClick={() => props.onDone()}>
            {t().anotherLink}
          </Button>
        </form>
      </Match>
      <Match when={state() === 'opening'}>
        <p role="status">{t().linkOpening}</p>
      </Match>
      <Match when={state() === 'compare'}>
        <p>{t().linkCompareNew}</p>
        <CheckDigits digits={devices()?.link?.check ?? ''} />
        <Button look="danger" onClick={() => attempt(messenger.cancelLink())}>
          {t().linkDiffer}
        </Button>
      </Match>
      <Match when={state() !== null}>
        <p role="status">{t().linkAdding}</p>
      </Match>
    </Switch>
  );

  return (
    <Show
      when={status().me !== null && !working()}
      fallback={<Screen title={t().linkNewTitle}>{steps()}</Screen>}
    >
      <Dialog title={t().linkNewTitle} onClose={props.onDone}>
        <p>{t().linkTaken}</p>
      </Dialog>
    </Show>
  );
}
