/** What can be sent besides text. */
import { type JSX, Show } from 'solid-js';
import { NewPoll } from '../../now-and-then-later.tsx';
import { MenuItem, MenuThen } from '../../ui/menu.tsx';
import { useExtraWords } from '../../words/use-words.ts';

export interface AttachMenuProps {
  at: { readonly x: number; readonly y: number };
  onFiles(): void;
  /** Begins a video note. */
  onRound(): void;
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
          <Show when={'MediaRecorder' in globalThis}>
            <MenuItem icon="play" onChoose={() => props.onRound()}>
              {t().videoNote}
            </MenuItem>
          </Show>
          <MenuItem icon="poll" onChoose={() => open(() => <NewPoll onClose={props.onClose} />)}>
            {t().poll}
          </MenuItem>
        </>
      )}
    </MenuThen>
  );
}
