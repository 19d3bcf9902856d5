/** What is being done to the line and what is done about it, in one sentence; and the look as a file for whoever studies such lines. */
import {
  diagnose,
  type Finding,
  Notes,
  ooniMeasurement,
  SENTENCES,
  type Seen,
} from '@polynya/messenger/line/diagnosis';
import { createResource, For, type JSX, Show } from 'solid-js';
import { saveBlob } from '../chat/save-blob.ts';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { seldomWords } from '../words/seldom.ts';
import { useExtraWords } from '../words/use-words.ts';
import './line-panel.css';
import { look } from './look.ts';

/** ms */
const PATIENCE = 6_000;

interface Looked {
  readonly notes: Notes;
  readonly seen: Seen;
  readonly finding: Finding;
}

export function LinePanel(props: { onClose(): void }): JSX.Element {
  const { t: extra, format, locale } = useExtraWords();
  const t = () => ({ ...extra(), ...seldomWords[locale()] });
  const { status, build } = useApp();
  const [looked, { refetch }] = createResource(async (): Promise<Looked> => {
    const notes = new Notes();
    const ports = {
      fetch: (url: string, init: RequestInit) => fetch(url, init),
      steady: () => performance.now(),
      online: navigator.onLine,
      patience: PATIENCE,
    };
    // A name of its own, so that it comes by the line and not from what is kept.
    const body = new URL(`./assets/${build}?look=${Date.now()}`, document.baseURI).href;
    const found = await look([...status().endpoints], body, notes, ports);
    const seen = { ...found, reached: status().line === 'online' };
    return { notes, seen, finding: diagnose(seen) };
  });
  const figure = ({ diagnosis, figure }: Finding) => {
    if (figure === null) return '';
    if (diagnosis === 'frozen') return t().lineAfter(format().size(figure));
    if (diagnosis === 'throttled') return t().lineRate(Math.max(1, Math.round(figure / 1_000)));
    return diagnosis === 'dns-removed' ? t().lineDeaf(figure / 1_000) : '';
  };
  const save = ({ notes, seen, finding }: Looked) => {
    const measurement = ooniMeasurement({ notes, seen, finding, version: build });
    saveBlob(new Blob([`${JSON.stringify(measurement)}\n`]), 'polynya-line.json');
  };
  const state = ({ tls, dns, tcp }: Seen['server'][number]) => {
    if (tls === 'ok') return t().endpointAnswers;
    return dns === 'refused' && tcp === null ? t().endpointFails : t().endpointSilent;
  };
  return (
    <Dialog title={t().line} onClose={props.onClose}>
      <Show when={!looked.loading && looked()} fallback={<p role="status">{t().lineLooking}</p>}>
        {(now) => (
          <>
            <p class="line-sentence" role="status">
              {SENTENCES[locale()][now().finding.diagnosis]} {figure(now().finding)}
            </p>
            <p>{status().line === 'online' ? t().lineUp : t().lineDown}</p>
            <ul class="line-hosts">
              <For each={now().seen.server}>
                {(host) => (
                  <li>
                    <span>{host.host}</span>
                    <span classList={{ 'line-bad': host.tls !== 'ok' }}>{state(host)}</span>
                  </li>
                )}
              </For>
            </ul>
            <p class="line-note">{t().lineLimits}</p>
            <p class="line-note">{t().lineOoni}</p>
            <div class="dialog-actions">
              <Button onClick={() => save(now())}>{t().lineSave}</Button>
              <Button look="primary" onClick={() => refetch()}>
                {t().lineAgain}
              </Button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  );
}
