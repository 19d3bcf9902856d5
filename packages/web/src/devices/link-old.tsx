/** On a device that is in: links another one. A code, then digits to compare on both, then it is in too. */
import type { LinkView } from '@polynya/messenger/devices-api';
import { type JSX, Match, onCleanup, onMount, Switch } from 'solid-js';
import { LinkCard } from '../invite/link-card.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { CheckDigits } from './check-digits.tsx';

export interface LinkOldProps {
  /** As the messenger tells it; null before it begins. */
  view: LinkView | null;
  onClose(): void;
}

export function LinkOld(props: LinkOldProps): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const begin = () => attempt(messenger.linkDevice());
  onMount(begin);
  // A code that nobody looks at any more would still let somebody in.
  onCleanup(() => {
    const state = props.view?.state;
    if (state === 'code' || state === 'compare') void attempt(messenger.cancelLink());
  });
  const is = (state: LinkView['state']) =>
    props.view?.role === 'old' && props.view.state === state && props.view;

  return (
    <Dialog title={t().linkDevice} onClose={props.onClose}>
      <Switch fallback={<p role="status">{t().linkPreparing}</p>}>
        <Match when={is('code')}>
          {(view) => (
            <LinkCard
              link={view().link ?? ''}
              label={t().linkCode}
              qrLabel={t().linkQr}
              text={t().linkText}
              note={t().linkExpires(format().time(view().expires))}
            />
          )}
        </Match>
        <Match when={is('compare')}>
          {(view) => (
            <>
              <p>{t().linkCompare(view().name)}</p>
              <CheckDigits digits={view().check ?? ''} />
              <div class="dialog-actions">
                <Button look="danger" onClick={() => attempt(messenger.cancelLink())}>
                  {t().linkDiffer}
                </Button>
                <Button look="primary" onClick={() => attempt(messenger.confirmLink())}>
                  {t().linkSame}
                </Button>
              </div>
            </>
          )}
        </Match>
        <Match when={is('adding')}>
          <p role="status">{t().linkAdding}</p>
        </Match>
        <Match when={is('done')}>
          <p role="status">{t().linkDone}</p>
          <div class="dialog-actions">
            <Button look="primary" onClick={() => props.onClose()}>
              {t().done}
            </Button>
          </div>
        </Match>
        <Match when={is('failed')}>
          {(view) => (
            <>
              <ProblemNote>{t().problem[view().problem ?? 'failed']}</ProblemNote>
              <div class="dialog-actions">
                <Button look="primary" onClick={begin}>
                  {t().retry}
                </Button>
              </div>
            </>
          )}
        </Match>
      </Switch>
    </Dialog>
  );
}
