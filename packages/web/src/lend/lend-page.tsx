/** The page by which somebody lends their line: what that means, a beginning, a counter, an end. */
import { type Lent, lendLine } from '@polynya/messenger/lend/lend-line';
import { createEffect, createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { render } from 'solid-js/web';
import { Screen } from '../first/screen.tsx';
import { Button } from '../ui/button.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { type Language, LanguageContext, useWords } from '../words/use-words.ts';
import './lend-page.css';
import { LEND_WORDS } from './lend-words.ts';
import { linkToLendBy, volunteerSecret } from './volunteer-secret.ts';

/** @param link by which the page was opened, with `#lend` */
export function openLendPage(root: Element, language: Language, link: string | null): void {
  const invite = linkToLendBy(link, sessionStorage)?.invite;
  // So that a reload comes back here.
  history.replaceState(history.state, '', '#lend');
  render(
    () => (
      <LanguageContext.Provider value={language}>
        <LendPage invite={invite} />
      </LanguageContext.Provider>
    ),
    root,
  );
}

function LendPage(props: { invite: string | undefined }): JSX.Element {
  const { locale, format } = useWords();
  const t = () => LEND_WORDS[locale()];
  const [agreed, setAgreed] = createSignal(false);
  const [lent, setLent] = createSignal<Lent>();
  const [broken, setBroken] = createSignal(props.invite === undefined);
  let stop = (): void => undefined;
  onCleanup(() => stop());
  createEffect(() => {
    document.documentElement.lang = locale();
    document.title = t().title;
  });
  const isOn = () => ['connecting', 'ready'].includes(lent()?.phase ?? '');
  const start = (): void => {
    try {
      stop = lendLine({
        invite: props.invite ?? '',
        allowance: volunteerSecret(sessionStorage),
        told: setLent,
      });
    } catch {
      setBroken(true);
    }
  };
  return (
    <Screen title={t().title}>
      <Show when={!broken()} fallback={<ProblemNote>{t().broken}</ProblemNote>}>
        <Show when={!isOn()}>
          <p>{t().what}</p>
          <p>{t().see}</p>
          <p class="screen-note">{t().cost}</p>
        </Show>
        <p role="status" class="lend-phase">
          <Show when={lent()}>{(now) => <>{t().phase[now().phase]}</>}</Show>
        </p>
        <Show when={lent()}>{(now) => <Counter lent={now()} />}</Show>
        <Show
          when={isOn()}
          fallback={
            <>
              <label class="lend-agree">
                <input
                  type="checkbox"
                  checked={agreed()}
                  onChange={(event) => setAgreed(event.currentTarget.checked)}
                />
                {t().agree}
              </label>
              <Button look="primary" disabled={!agreed()} onClick={start}>
                {t().start}
              </Button>
            </>
          }
        >
          <Button look="danger" onClick={() => stop()}>
            {t().stop}
          </Button>
        </Show>
      </Show>
    </Screen>
  );

  function Counter(own: { lent: Lent }): JSX.Element {
    return (
      <dl class="lend-counter">
        <div>
          <dt>{t().guests}</dt>
          <dd>{own.lent.guests}</dd>
        </div>
        <div>
          <dt>{t().served}</dt>
          <dd>{own.lent.served}</dd>
        </div>
        <div>
          <dt>{t().carried}</dt>
          <dd>{format().size(own.lent.bytes)}</dd>
        </div>
      </dl>
    );
  }
}
