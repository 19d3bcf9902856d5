/** Other ways to send what was written: without sound, or later. */
import type { JSX } from 'solid-js';
import { LaterForm } from '../../now-and-then-later.tsx';
import { MenuItem, MenuThen } from '../../ui/menu.tsx';
import { useExtraWords } from '../../words/use-words.ts';

export interface SendMenuProps {
  at: { readonly x: number; readonly y: number };
  onSend(how: { at?: number; silent?: boolean }): void;
  onClose(): void;
}

export function SendMenu(props: SendMenuProps): JSX.Element {
  const { t } = useExtraWords();
  const later = () => (
    <LaterForm
      onKeep={(how) => {
        props.onSend(how);
        props.onClose();
      }}
      onClose={props.onClose}
    />
  );
  return (
    <MenuThen label={t().send} at={props.at} onClose={props.onClose}>
      {(open) => (
        <>
          <MenuItem icon="muted" onChoose={() => props.onSend({ silent: true })}>
            {t().sendSilent}
          </MenuItem>
          <MenuItem icon="clock" onChoose={() => open(later)}>
            {t().sendLater}
          </MenuItem>
        </>
      )}
    </MenuThen>
  );
}
