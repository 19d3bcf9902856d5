/** Talking without a server: who is called in this network by the code that a terminal shows, and files by hand. */
import { createSignal, For, type JSX, Show } from 'solid-js';
import { CodeCamera } from '../panel/code-camera.tsx';
import { useApp } from '../state/app.ts';
import { useQuery } from '../state/query.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { ByHand } from './by-hand.tsx';
import './near-panel.css';
import { nearWords } from './near-words.ts';

/** What is typed where somebody shows a code. */
const COMMANDS = ['polynya chat … --near', '/near'];

export function NearPanel(props: { onClose(): void }): JSX.Element {
  const { locale } = useExtraWords();
  const words = () => nearWords[locale()];
  const { messenger, chats, attempt } = useApp();
  const view = useQuery(messenger, () => ({ query: 'near' as const }));
  const state = () => view()?.state ?? 'off';
  const near = () => chats().filter(({ chat }) => view()?.chats.includes(chat));
  return (
    <Dialog title={words().title} onClose={props.onClose}>
      <Show
        when={state() !== 'off'}
        fallback={
          <>
            <p>{words().what}</p>
            <ul class="near-commands">
              <For each={COMMANDS}>
                {(command) => (
                  <li>
                    <code dir="ltr">{command}</code>
                  </li>
                )}
              </For>
            </ul>
            <Calling />
            <p class="near-note">{words().how}</p>
          </>
        }
      >
        <p class={`near-state ${state()}`} role="status">
          {words().state[state()]}
        </p>
        <Show when={state() === 'near'}>
          <ul class="near-chats">
            <For each={near()}>{({ title }) => <li>{title}</li>}</For>
          </ul>
          <p class="near-note">{words().awake}</p>
        </Show>
        <Button onClick={() => void attempt(messenger.nearEnd())}>
          {['near', 'strangers'].includes(state()) ? words().end : words().stop}
        </Button>
        <Show when={state() === 'silent'}>
          <Calling />
        </Show>
      </Show>
      <ByHand words={words()} />
    </Dialog>
  );
}

/** The code, by the camera or as text. */
function Calling(): JSX.Element {
  const { t, locale } = useExtraWords();
  const words = () => nearWords[locale()];
  const { messenger, attempt } = useApp();
  const [text, setText] = createSignal('');
  const [scanning, setScanning] = createSignal(false);
  const [said, setSaid] = createSignal('');
  /** A camera that looks on shows the same several times a second. */
  let last = '';

  const call = async (code: string) => {
    last = code;
    setSaid('');
    const known = await attempt(messenger.nearCall(code));
    if (known) setScanning(false);
    else if (known === false) setSaid(words().noCode);
  };
  const toggle = () => {
    last = '';
    setScanning(!scanning());
  };
  return (
    <form
      class="near-calling"
      onSubmit={(event) => {
        event.preventDefault();
        void call(text());
      }}
    >
      <Show when={scanning()}>
        <CodeCamera
          label={words().scan}
          onCode={(code) => code !== last && void call(code)}
          onNone={() => {
            setSaid(t().noCamera);
            setScanning(false);
          }}
        />
      </Show>
      <Button look="primary" onClick={toggle}>
        {scanning() ? words().stopScan : words().scan}
      </Button>
      <Field
        label={words().code}
        placeholder="polynya-near://"
        autocapitalize="off"
        spellcheck={false}
        dir="ltr"
        onText={setText}
      />
      <Show when={said()}>
        <p class="near-state" role="alert">
          {said()}
        </p>
      </Show>
      <Button type="submit" disabled={text().trim() === ''}>
        {words().call}
      </Button>
    </form>
  );
}
