/** In the settings: this person's devices, the linking of another one, and what brings them back who lost them all. */
import { createEffect, createSignal, Index, type JSX, Show } from 'solid-js';
import { LinkOld, RecoveryKit } from '../adding-later.tsx';
import { useApp } from '../state/app.ts';
import { byField, useQuery } from '../state/query.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { deviceName } from './device-name.ts';
import { DeviceRow } from './device-row.tsx';

const NAME_LETTERS = 64;

export function DevicesPart(props: { onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav } = useApp();
  const devices = byField(useQuery(messenger, () => ({ query: 'devices' as const })));
  const [open, setOpen] = createSignal<'link' | 'recovery'>();
  const close = () => setOpen(undefined);
  const [name, setName] = createSignal<string>();
  const own = () => devices()?.devices.find(({ here }) => here);
  const changed = () => {
    const text = name()?.trim();
    return text && text !== own()?.name ? text : null;
  };
  // The first device was never asked for its name.
  createEffect(() => {
    const proposal = deviceName(navigator.userAgent);
    if (own()?.name === '' && proposal !== '') void messenger.renameDevice(proposal);
  });

  const saved = async () => {
    const opened = await attempt(messenger.openSaved());
    if (!opened) return;
    props.onClose();
    nav.open(opened.chat);
  };

  const recoveryText = () => {
    switch (devices()?.root) {
      case 'here':
        return t().recoveryUnset;
      case 'elsewhere':
        return t().recoveryElsewhere;
      case 'writing':
        return t().recoveryWriting;
      default:
        return t().recoverySet;
    }
  };

  return (
    <Show
      when={devices()}
      fallback={
        <section class="settings-part">
          <h3>{t().devices}</h3>
          <p role="status">{t().loading}</p>
        </section>
      }
    >
      {(known) => (
        <>
          <section class="settings-part">
            <h3>{t().devices}</h3>
            <Show when={known().forked}>
              <ProblemNote>{t().devicesForked}</ProblemNote>
            </Show>
            <ul class="device-list">
              <Index each={known().devices}>
                {(device) => <DeviceRow device={device()} alone={known().devices.length === 1} />}
              </Index>
            </ul>
            <form
              class="settings-form"
              onSubmit={(event) => {
                event.preventDefault();
                const text = changed();
                if (text !== null) void attempt(messenger.renameDevice(text));
              }}
            >
              <Field
                label={t().deviceName}
                hint={t().deviceNameHint}
                value={own()?.name ?? ''}
                maxlength={NAME_LETTERS}
                onText={setName}
              />
              <Show when={changed() !== null}>
                <Button look="primary" type="submit">
                  {t().save}
                </Button>
              </Show>
            </form>
            <div class="settings-actions">
              <Button look="primary" onClick={() => setOpen('link')}>
                {t().linkDevice}
              </Button>
              <Button onClick={saved}>{t().savedMessages}</Button>
            </div>
          </section>
          <section class="settings-part">
            <h3>{t().recoveryPhrase}</h3>
            <p>{recoveryText()}</p>
            <Show when={known().root === 'here'}>
              <Button onClick={() => setOpen('recovery')}>{t().recoveryShow}</Button>
            </Show>
          </section>
          <Show when={open() === 'link'}>
            <LinkOld view={known().link} onClose={close} />
          </Show>
          <Show when={open() === 'recovery'}>
            <RecoveryKit onClose={close} />
          </Show>
        </>
      )}
    </Show>
  );
}
