/** Why a release was not taken, and for one of another key the choice to trust that key from now on. */
import { createResource, createSignal, type JSX, Show } from 'solid-js';
import { askWorker } from '../shell/ask.ts';
import { fingerprint } from '../shell/fingerprint.ts';
import type { Refused } from '../state/update.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { seldomWords } from '../words/seldom.ts';
import { useWords } from '../words/use-words.ts';

export function RefusedDetails(props: { refused: Refused; onClose(): void }): JSX.Element {
  const { locale } = useWords();
  const t = () => seldomWords[locale()];
  const [busy, setBusy] = createSignal(false);
  const otherKey = () => props.refused.why === 'other-key';
  const [prints] = createResource(async () => {
    const answer = await askWorker({ ask: 'about' });
    const known = answer && 'about' in answer ? answer.about : null;
    return {
      offered: await fingerprint(props.refused.offered),
      known: known ? await fingerprint(known.pinned) : '–',
    };
  });
  const trust = async () => {
    setBusy(true);
    const answer = await askWorker({ ask: 'trust', key: props.refused.offered });
    setBusy(false);
    if (answer && 'outcome' in answer && answer.outcome === 'taken') location.reload();
  };
  return (
    <Dialog title={t().updateRefusedTitle} onClose={props.onClose}>
      <p>{t().updateRefusedWhy[props.refused.why]}</p>
      <Show when={otherKey() && prints()}>
        {(known) => (
          <>
            <dl class="keys">
              <dt>{t().keyKnown}</dt>
              <dd class="digits">{known().known}</dd>
              <dt>{t().keyOffered}</dt>
              <dd class="digits">{known().offered}</dd>
            </dl>
            <p>{t().keyAsk}</p>
          </>
        )}
      </Show>
      <p>{t().originLimit}</p>
      <div class="dialog-actions">
        <Show when={otherKey()}>
          <Button look="danger" disabled={busy()} onClick={trust}>
            {t().keyTrust}
          </Button>
        </Show>
        <Button onClick={() => props.onClose()}>{t().keepThis}</Button>
      </div>
    </Dialog>
  );
}
