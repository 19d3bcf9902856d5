/** A new group: its name, then whom to have in it. */
import type { ChatId } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { AddPeople } from './add-people.tsx';
import { MakeInvite } from './make-invite.tsx';

const TITLE_LETTERS = 128;

export function NewGroup(props: { onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav } = useApp();
  const [title, setTitle] = createSignal('');
  const [making, setMaking] = createSignal(false);
  const [chat, setChat] = createSignal<ChatId>();

  const create = async () => {
    setMaking(true);
    const made = await attempt(messenger.createGroup(title().trim()));
    setMaking(false);
    if (made) setChat(made.chat);
  };
  // Not before: on a phone the list, and this with it, gives way to the chat.
  const close = () => {
    const made = chat();
    props.onClose();
    if (made) nav.open(made);
  };

  return (
    <Dialog title={chat() ? title().trim() : t().newGroup} onClose={close}>
      <Show
        when={chat()}
        keyed
        fallback={
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void create();
            }}
          >
            <Field
              label={t().groupTitle}
              placeholder={t().groupHint}
              maxlength={TITLE_LETTERS}
              required
              autofocus
              onText={setTitle}
            />
            <div class="dialog-actions">
              <Button onClick={() => props.onClose()}>{t().cancel}</Button>
              <Button look="primary" type="submit" disabled={making() || title().trim() === ''}>
                {t().create}
              </Button>
            </div>
          </form>
        }
      >
        {(made) => (
          <>
            <p>{t().groupMade}</p>
            <MakeInvite chat={made} />
            <AddPeople chat={made} present={[]} />
            <div class="dialog-actions">
              <Button look="plain" onClick={close}>
                {t().done}
              </Button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  );
}
