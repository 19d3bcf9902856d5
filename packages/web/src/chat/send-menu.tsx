/** Other ways to send what was written: without sound, or later. */
import { createSignal, type JSX, Show } from 'solid-js';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { LaterForm } from './later-form.tsx';

export interface SendMenuProps {
  at: { readonly x: number; readonly y: number };
  onSend(how: { at?: number; silent?: boolean }): void;
  onClose(): void;
}

export function SendMenu(props: SendMenuProps): JSX.Element {
  const { t } = useExtraWords();
  const [later, setLater] = createSignal(false);
  return (
    <>
      <Menu
        label={t().send}
        at={props.at}
        // A menu closes before what was chosen in it opens.
        onClose={() => queueMicrotask(() => !later() && props.onClose())}
      >
        <MenuItem icon="muted" onChoose={() => props.onSend({ silent: true })}>
          {t().sendSilent}
        </MenuItem>
        <MenuItem icon="clock" onChoose={() => setLater(true)}>
          {t().sendLater}
        </MenuItem>
      </Menu>
      <Show when={later()}>
        <LaterForm
          onKeep={(how) => {
            props.onSend(how);
            props.onClose();
          }}
          onClose={props.onClose}
        />
      </Show>
    </>
  );
}
