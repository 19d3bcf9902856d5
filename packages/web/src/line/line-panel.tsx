/** What is being done to the line and what is done about it, in one sentence; and the look as a file for whoever studies such lines. */
import {
  diagnose,
  type Finding,
  Notes,
  ooniMeasurement,
  SENTENCES,
  type Seen,
} from '@polynya/messenger/line/diagnosis';
import { OPENINGS_CHANNEL } from '@polynya/messenger/line/openings-channel';
import { createResource, createSignal, For, type JSX, onCleanup, Show } from 'solid-js';
import { saveBlob } from '../chat/message/save-blob.ts';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { seldomWords } from '../words/seldom.ts';
import { useExtraWords } from '../words/use-words.ts';
import './line-panel.css';
import { look } from './look.ts';
import { browserSteps, PATIENCE } from './steps.ts';
import { transferOf } from './transfer.ts';

interface Looked {
  readonly notes: Notes;
  readonly seen: Seen;
  readonly finding: Finding;
}

export interface LinePanelProps {
  /** Leads to what goes without a server. */
  near: JSX.Element;
  onClose(): void;
}

export function LinePanel(props: LinePanelProps): JSX.Element {
  const { t: extra, format, locale } = useExtraWords();
  const t = () => ({ ...extra(), ...seldomWords[locale()] });
  const { status, build } = useApp();
  const [home, setHome] = createSignal('');
  const [abroad, setAbroad] = createSignal('');
  // What is made to look at a line counts there as what is made to use it.
  const account = new BroadcastChannel(OPENINGS_CHANNEL);
  onCleanup(() => account.close());
  const [looked, { refetch }] = createResource(async (): Promise<Looked> => {
    const notes = new Notes();
    // A name of its own, so that it comes by the line and not from what is kept.
    const body = new URL(`./assets/${build}?look=${Date.now()}`, document.baseURI).href;
    const steady = () => performance.now();
    const ports = {
      ...{
        steps: browserSteps,
        origin: location.hostname,
        online: navigator.onLine,
        patience: PATIENCE,
      },
      transfer: () =>
        transferOf(body, { fetch: (...asked) => fetch(...asked), steady, patience: PATIENCE }),
      opened: (url: string) => account.postMessage({ host: new URL(url).host, at: Date.now() }),
    };
    const sites = { home: namesIn(home()), abroad: namesIn(abroad()) };
    const found = await look([...status().endpoints], sites, notes, ports);
    const seen = { ...found, reached: status().line === 'online' };
    return { notes, seen, finding: diagnose(seen) };
  });
  const figure = ({ diagnosis, figure }: Finding) => {
    if (figure === null) return '';
    if (diagnosis === 'frozen') return t().lineAfter(format().size(figure));
    if (diagnosis === 'connections-policed') return t().linePass(figure);
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
            <Show when={status().line !== 'online'}>{props.near}</Show>
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
            <form
              class="line-sites"
              onSubmit={(event) => {
                event.preventDefault();
                void refetch();
              }}
            >
              <Field label={t().lineHome} value={home()} onText={setHome} />
              <Field
                label={t().lineAbroad}
                hint={t().lineSites}
                value={abroad()}
                onText={setAbroad}
              />
              <p class="line-note">{t().lineOoni}</p>
              <div class="dialog-actions">
                <Button onClick={() => save(now())}>{t().lineSave}</Button>
                <Button look="primary" type="submit">
                  {t().lineAgain}
                </Button>
              </div>
            </form>
          </>
        )}
      </Show>
    </Dialog>
  );
}

/** As people write names of sites one after the other, with or without what a browser puts around them. */
function namesIn(text: string): string[] {
  const names = text.split(/[\s,;]+/).map((word) => word.replace(/^https?:\/\/|[/?#].*$/g, ''));
  return names.filter((name) => URL.canParse(`https://${name}/`));
}
