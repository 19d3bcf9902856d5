/** In the settings: this person's devices, the linking of another one, and what brings them back who lost them all. */
import { createSignal, For, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { useQuery } from '../state/query.ts';
import { Button } from '../ui/button.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { DeviceRow } from './device-row.tsx';
import { LinkOld } from './link-old.tsx';
import { RecoveryKit } from './recovery-kit.tsx';

export function DevicesPart(props: { onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav } = useApp();
  const devices = useQuery(messenger, () => ({ query: 'devices' as const }), 'device');
  const [open, setOpen] = createSignal<'link' | 'recovery'>();
  const close = () => setOpen(undefined);

  const saved = async () => {
    const opened = await attempt(messenger.openSaved());
    if (!opened) return;
    props.onClose();
    nav.open(opened.chat);
  };

  return (
    <section class="settings-part">
      <h3>{t().devices}</h3>
      <Show when={devices()} fallback={<p role="status">{t().loading}</p>}>
        {(known) => (
          <>
            <Show when={known().forked}>
              <p class="screen-problem" role="alert">
                {t().devicesForked}
              </p>
            </Show>
            <ul class="device-list">
              <For each={known().devices}>
                {(device) => <DeviceRow device={device} alone={known().devices.length === 1} />}
              </For>
            </ul>
            <div class="link-card-actions">
              <Button look="primary" onClick={() => setOpen('link')}>
                {t().linkDevice}
              </Button>
              <Button onClick={saved}>{t().savedMessages}</Button>
            </div>
            <h3>{t().recoveryPhrase}</h3>
            <p>
              {
                {
                  here: t().recoveryUnset,
                  elsewhere: t().recoveryElsewhere,
                  phrase: t().recoverySet,
                }[known().root]
              }
            </p>
            <Show when={known().root === 'here'}>
              <Button onClick={() => setOpen('recovery')}>{t().recoveryShow}</Button>
            </Show>
            <Show when={open() === 'link'}>
              <LinkOld view={known().link} onClose={close} />
            </Show>
            <Show when={open() === 'recovery'}>
              <RecoveryKit onClose={close} />
            </Show>
          </>
        )}
      </Show>
    </section>
  );
}
