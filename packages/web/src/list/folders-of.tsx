/**
 * In which folders a chat stands; a new one is made by its name. One without chats is gone, but stays here as long as this
 * is open: the tick can be put back.
 */
import type { ChatId, Folder } from '@polynya/messenger/api';
import { createSignal, Index, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { useQuery } from '../state/query.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Tick } from '../ui/tick.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './folders.css';

const NAME = 32;

export function FoldersOf(props: { chat: ChatId; onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const folders = useQuery(messenger, () => ({ query: 'folders' as const }));
  const [name, setName] = createSignal('');
  const [changed, setChanged] = createSignal<readonly Folder[]>();
  const known = (): readonly Folder[] => changed() ?? folders() ?? [];
  const keep = (all: readonly Folder[]) => {
    setChanged(all);
    return attempt(messenger.setFolders(all.filter(({ chats }) => chats.length > 0)));
  };
  const plain = () => known().map((one) => ({ name: one.name, chats: [...one.chats] }));
  const toggle = (which: string) =>
    keep(
      plain().map((one) => {
        if (one.name !== which) return one;
        const others = one.chats.filter((chat) => chat !== props.chat);
        const chats = others.length < one.chats.length ? others : [...others, props.chat];
        return { ...one, chats };
      }),
    );
  const add = () => {
    const wanted = name().trim();
    if (wanted === '' || known().some((one) => one.name === wanted)) return;
    setName('');
    void keep([...plain(), { name: wanted, chats: [props.chat] }]);
  };
  return (
    <Dialog title={t().folders} onClose={props.onClose}>
      <Index each={known()}>
        {(one) => (
          <Tick on={one().chats.includes(props.chat)} onTick={() => void toggle(one().name)}>
            {one().name}
            <Show when={one().chats.length === 0}>
              <small>{t().folderGoes}</small>
            </Show>
          </Tick>
        )}
      </Index>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Field label={t().newFolder} maxlength={NAME} value={name()} onText={setName} />
        <Button type="submit" disabled={name().trim() === ''}>
          {t().create}
        </Button>
      </form>
    </Dialog>
  );
}
