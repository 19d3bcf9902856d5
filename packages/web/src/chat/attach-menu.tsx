/** What can be sent besides text. */
import type { JSX } from 'solid-js';
import { NewPoll } from '../now-and-then-later.tsx';
import { MenuItem, MenuThen } from '../ui/menu.tsx';
import { useExtraWords } from '../words/use-words.ts';

export interface AttachMenuProps {
  at: { readonly x: number; readonly y: number };
  onFiles(): void;
  onClose(): void;
}

export function AttachMenu(props: AttachMenuProps): JSX.Element {
  const { t } = useExtraWords();
  return (
    <MenuThen label={t().attach} at={props.at} onClose={props.onClose}>
      {(open) => (
        <>
          <MenuItem icon="file" onChoose={() => props.onFiles()}>
            {t().attachFile}
          </MenuItem>
          <MenuItem icon="poll" onChoose={() => open(() => <NewPoll onClose={props.onClose} />)}>
            {t().poll}
          </MenuItem>
        </>
      )}
    </MenuThen>
  );
}
