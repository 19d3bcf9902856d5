/** Talking without a server: who is called in this network by the code that a terminal shows, and files by hand. */
import { createSignal, For, type JSX, onCleanup, Show } from 'solid-js';
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
                    <code>{command}</code>
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
  let ending = new AbortController();
  onCleanup(() => ending.abort());

  const stopScan = () => {
    ending.abort();
    setScanning(false);
  };
  const call = async (code: string) => {
    last = code;
    setSaid('');
    const known = await attempt(messenger.nearCall(code));
    if (known) stopScan();
    else if (known === false) setSaid(words().noCode);
  };
  const scan = async (camera: HTMLVideoElement) => {
    ending = new AbortController();
    try {
      const { readCodes } = await import('../panel/read-codes.ts');
      await readCodes(camera, ending.signal, (code) => {
        if (code !== last) void call(code);
      });
    } catch (error) {
      // Refused, or there is none.
      if (!(error instanceof DOMException)) throw error;
      setSaid(t().noCamera);
      setScanning(false);
    }
  };
  const toggle = () => {
    last = '';
    if (scanning()) stopScan();
    else setScanning(true);
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
        <video
          ref={(camera) => void attempt(scan(camera))}
          class="scan"
          autoplay
          muted
          playsinline
          aria-label={words().scan}
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
