/** The folders above the list of chats; what is chosen is all that the list shows. */
import type { Folder } from '@polynya/messenger/api';
import { For, type JSX } from 'solid-js';
import { useExtraWords } from '../words/use-words.ts';
import './folders.css';

export interface FolderTabsProps {
  folders: readonly Folder[];
  /** The name of the one that is open; null: all chats. */
  open: string | null;
  onOpen(name: string | null): void;
}

export function FolderTabs(props: FolderTabsProps): JSX.Element {
  const { t } = useExtraWords();
  const all = () => [null, ...props.folders.map(({ name }) => name)];
  return (
    <div class="folder-tabs" role="toolbar" aria-label={t().folders}>
      <For each={all()}>
        {(name) => (
          <button
            type="button"
            class="folder-tab"
            aria-pressed={props.open === name}
            onClick={() => props.onOpen(name)}
          >
            {name ?? t().allChats}
          </button>
        )}
      </For>
    </div>
  );
}
