/** When something is to be sent, and how; also what, where it waits already. */
import type { ScheduledView } from '@polynya/messenger/chats-api';
import { createSignal, type JSX, Show } from 'solid-js';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Tick } from '../../ui/tick.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import '../message/poll.css';

const HOUR = 3_600_000;
const LETTERS = 16_000;

export interface LaterFormProps {
  /** What is to be changed. */
  message?: ScheduledView;
  onKeep(how: { readonly at: number; readonly silent: boolean; readonly text: string }): void;
  onClose(): void;
}

export function LaterForm(props: LaterFormProps): JSX.Element {
  const { t } = useExtraWords();
  const { at: first, silent: before = false, text: said = '' } = props.message ?? {};
  const [at, setAt] = createSignal(first ?? Math.ceil(Date.now() / HOUR + 1) * HOUR);
  const [silent, setSilent] = createSignal(before);
  const [text, setText] = createSignal(said);
  const ready = () => at() > Date.now() && (!props.message || text().trim() !== '');
  return (
    <Dialog title={t().laterTitle} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready()) props.onKeep({ at: at(), silent: silent(), text: text() });
        }}
      >
        <Show when={props.message}>
          <textarea
            class="field-input"
            rows={3}
            maxLength={LETTERS}
            aria-label={t().composer}
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </Show>
        <Field
          label={t().laterWhen}
          type="datetime-local"
          required
          value={local(at())}
          min={local(Date.now())}
          onText={(value) => setAt(new Date(value).getTime())}
        />
        <Tick on={silent()} onTick={setSilent}>
          {t().laterSilent}
        </Tick>
        <p class="person-note">{t().laterNote}</p>
        <Button look="primary" type="submit" disabled={!ready()}>
          {t().laterKeep}
        </Button>
      </form>
    </Dialog>
  );
}

/** As a field of date and time has it, where this device is. @param at ms */
function local(at: number): string {
  if (Number.isNaN(at)) return '';
  const time = new Date(at);
  return new Date(at - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
