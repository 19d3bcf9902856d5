/** One of the person's devices: its name, since when, and the way out. */
import type { DeviceView } from '@polynya/messenger/devices-api';
import { createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { useExtraWords } from '../words/use-words.ts';

export interface DeviceRowProps {
  device: DeviceView;
  /** There is no other one. */
  alone: boolean;
}

export function DeviceRow(props: DeviceRowProps): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [asking, setAsking] = createSignal(false);
  const name = () => props.device.name || t().deviceUnnamed;
  const notes = () =>
    [
      props.device.here ? t().deviceHere : '',
      props.device.since === null ? '' : t().deviceSince(format().full(props.device.since)),
      props.device.awaited > 0 ? t().deviceAwaited(props.device.awaited) : '',
    ].filter((note) => note !== '');
  return (
    <li class="person-row">
      <span class="person-name">
        {name()}
        <span class="person-note">{notes().join(' · ')}</span>
      </span>
      <Show when={!props.device.here && !props.alone}>
        <Button
          look="small danger"
          aria-label={t().deviceRemoveLabel(name())}
          onClick={() => setAsking(true)}
        >
          {t().deviceRemove}
        </Button>
      </Show>
      <Show when={asking()}>
        <Confirm
          question={t().deviceRemoveAsk(name())}
          text={t().deviceRemoveText}
          action={t().deviceRemove}
          onClose={() => setAsking(false)}
          onYes={() => attempt(messenger.removeDevice(props.device.device))}
        />
      </Show>
    </li>
  );
}
