/** The person's name, the language, what is safe and what is not, and the way out. */
import { createSignal, type JSX, Show } from 'solid-js';
import { DevicesPart } from '../devices/devices-part.tsx';
import { LanguageChoice } from '../first/language-choice.tsx';
import { LinePart } from '../line/line-part.tsx';
import { ReleasePart } from '../release/release-part.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { BlockedPart } from './blocked-part.tsx';
import { LockPart } from './lock-part.tsx';
import { NotifyPart } from './notify-part.tsx';
import './settings.css';
import { Wipe } from './wipe.tsx';

const NAME_LETTERS = 64;

export function Settings(props: { onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, status, attempt, build } = useApp();
  const own = () => status().me?.name ?? '';
  const [name, setName] = createSignal(own());
  const changed = () => name().trim() !== '' && name().trim() !== own();
  return (
    <Dialog title={t().settings} look="sheet" onClose={props.onClose}>
      <form
        class="settings-part"
        onSubmit={(event) => {
          event.preventDefault();
          if (changed()) void attempt(messenger.rename(name().trim()));
        }}
      >
        <Field label={t().yourName} value={own()} maxlength={NAME_LETTERS} onText={setName} />
        <Show when={status().me}>{(me) => <p class="tag">#{me().tag}</p>}</Show>
        <Show when={changed()}>
          <Button look="primary" type="submit">
            {t().save}
          </Button>
        </Show>
      </form>
      <Show when={status().removed === null}>
        <DevicesPart onClose={props.onClose} />
      </Show>
      <section class="settings-part">
        <h3>{t().language}</h3>
        <LanguageChoice />
      </section>
      <NotifyPart />
      <LockPart />
      <BlockedPart />
      <LinePart />
      <section class="settings-part">
        <h3>{t().safety}</h3>
        <p>{t().safetyKeys}</p>
        <p>{t().safetyServer}</p>
        <p>{t().safetyBrowser}</p>
      </section>
      <Wipe />
      <section class="settings-part faint">
        <h3>{t().about}</h3>
        <p>{t().tagline}</p>
        <p>{t().freeSoftware}</p>
        <p>{t().version(build || '–')}</p>
        <ReleasePart />
      </section>
    </Dialog>
  );
}
