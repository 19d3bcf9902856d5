/** What can be sent besides text. */
import { createSignal, type JSX, Show } from 'solid-js';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { NewPoll } from './new-poll.tsx';

export interface AttachMenuProps {
  at: { readonly x: number; readonly y: number };
  onFiles(): void;
  onClose(): void;
}

export function AttachMenu(props: AttachMenuProps): JSX.Element {
  const { t } = useExtraWords();
  const [asking, setAsking] = createSignal(false);
  return (
    <>
      <Menu
        label={t().attach}
        at={props.at}
        // A menu closes before what was chosen in it opens.
        onClose={() => queueMicrotask(() => !asking() && props.onClose())}
      >
        <MenuItem icon="file" onChoose={() => props.onFiles()}>
          {t().attachFile}
        </MenuItem>
        <MenuItem icon="poll" onChoose={() => setAsking(true)}>
          {t().poll}
        </MenuItem>
      </Menu>
      <Show when={asking()}>
        <NewPoll onClose={props.onClose} />
      </Show>
    </>
  );
}
