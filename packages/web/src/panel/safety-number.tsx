/** The 60 digits that two people compare, in groups of five, and as a code that the other's camera reads. */
import type { PersonView } from '@polynya/messenger/api';
import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import { QrCode } from '../invite/qr-code.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { calledHere } from '../ui/tag.tsx';
import { Tick } from '../ui/tick.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { doubtOf } from './doubt-of.ts';
import { SafetyScan } from './safety-scan.tsx';

export interface SafetyNumberProps {
  person: PersonView;
  onClose(): void;
}

export function SafetyNumber(props: SafetyNumberProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [digits] = createResource(() => attempt(messenger.safetyNumber(props.person.person)));
  const [scanning, setScanning] = createSignal(false);
  const compare = async (same: boolean) =>
    (await attempt(messenger.compare(props.person.person, same).then(() => true))) ?? false;
  const name = () => calledHere(props.person);
  // As docs/protocol.md section 9 has it.
  const code = () => `polynya-safety:${digits()}`;
  return (
    <Dialog title={t().safetyNumber} onClose={props.onClose}>
      <Show when={doubtOf(t, props.person)}>
        {(doubt) => (
          <p class="chat-trouble" role="alert">
            {doubt()}
          </p>
        )}
      </Show>
      <Show when={digits()}>
        {(number) => (
          <>
            <Show
              when={!scanning()}
              fallback={
                <SafetyScan
                  code={code()}
                  name={name()}
                  onCompared={compare}
                  onClose={() => setScanning(false)}
                />
              }
            >
              <p>{t().safetyText(name())}</p>
              <QrCode text={code()} label={t().safetyNumber} />
            </Show>
            <p class="safety-number">
              <For each={number().match(/\d{5}/g)}>{(group) => <span>{group}</span>}</For>
            </p>
            <Button look="primary" onClick={() => setScanning(!scanning())}>
              {scanning() ? t().showCode : t().scanCode}
            </Button>
            {/* Who reads the digits to each other needs no camera. */}
            <Tick on={props.person.compared === 'same'} onTick={compare}>
              {t().verified}
            </Tick>
          </>
        )}
      </Show>
    </Dialog>
  );
}
