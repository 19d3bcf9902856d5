/** The outermost view: which of the page's states it is in before there is an app to show. */
import { type Accessor, createEffect, ErrorBoundary, type JSX, Match, Switch } from 'solid-js';
import type { EngineHandle } from './engine/engine.ts';
import { Broken } from './first/broken.tsx';
import { Elsewhere } from './first/elsewhere.tsx';
import { Starting } from './first/starting.tsx';
import { Locked } from './later-locked.tsx';
import { Running } from './running.tsx';
import type { Answer } from './shell/messages.ts';
import { GONE } from './shell/messages.ts';
import type { UpdatePorts } from './state/update.ts';
import { createToasts } from './ui/toast.tsx';
import { type Language, LanguageContext } from './words/use-words.ts';

export interface RootProps {
  engine: EngineHandle;
  /** The link in the address. */
  invite: Accessor<string | null>;
  language: Language;
  update: UpdatePorts;
  /** What another app shared, if the page was opened by that. */
  shared: Promise<Answer | null> | undefined;
}

/** Of what went wrong in the page itself. */
const codeOf = (error: unknown) => (String(error).includes(GONE) ? 'gone' : 'page');

export function Root(props: RootProps): JSX.Element {
  const { language } = props;
  const toasts = createToasts();
  createEffect(() => {
    document.documentElement.lang = language.locale();
  });

  const running = () => {
    const state = props.engine.state();
    return state.phase === 'running' && state.messenger;
  };
  const locked = () => {
    const state = props.engine.state();
    return state.phase === 'locked' && state;
  };
  const broken = () => {
    const state = props.engine.state();
    return state.phase === 'broken' && state;
  };
  return (
    <LanguageContext.Provider value={language}>
      <ErrorBoundary fallback={(error) => <Broken code={codeOf(error)} why={String(error)} />}>
        <Switch fallback={<Starting />}>
          <Match when={running()} keyed>
            {(messenger) => (
              <Running
                messenger={messenger}
                invite={props.invite}
                update={props.update}
                shared={props.shared}
                toasts={toasts}
              />
            )}
          </Match>
          <Match when={locked()}>
            {(state) => <Locked lock={state().lock} onOpen={state().open} />}
          </Match>
          <Match when={props.engine.state().phase === 'elsewhere'}>
            <Elsewhere onTakeOver={props.engine.takeOver} />
          </Match>
          <Match when={broken()}>
            {(state) => <Broken code={state().code} why={state().why} />}
          </Match>
        </Switch>
      </ErrorBoundary>
      <toasts.Region />
    </LanguageContext.Provider>
  );
}
