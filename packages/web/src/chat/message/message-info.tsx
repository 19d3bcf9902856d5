/** What is known of a message besides what it says: whom it has reached and when, and what it said before. */
import type { MessageView } from '@polynya/messenger/api';
import { createResource, For, type JSX, Show } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import './message-info.css';
import './said.css';

export function MessageInfo(props: { message: MessageView; onClose(): void }): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const { chat } = detail();
  const { id, mine, seq } = props.message;
  const edited = () => props.message.edited;
  // Asked anew as often as the message comes further, or is edited again.
  const [seen] = createResource(
    () => mine && seq !== null && [props.message.state, detail().people.length],
    () => attempt(messenger.seenBy(chat, id)),
  );
  const [versions] = createResource(
    () => edited() && [props.message.text],
    () => attempt(messenger.history(chat, id)),
  );
  const how = (state: 'sent' | 'delivered' | 'read', at: number | null) => {
    if (state === 'read') return at === null ? t().seenRead : t().seenReadAt(format().full(at));
    return state === 'delivered' ? t().seenDelivered : t().seenNot;
  };
  return (
    <Dialog title={t().messageInfo} look="sheet" onClose={props.onClose}>
      <p class="person-note">{t().sentAt(format().full(props.message.at))}</p>
      <Show when={props.message.expires}>
        {(at) => <p class="person-note">{t().goesAt(format().full(at()))}</p>}
      </Show>
      <Show when={mine && seen()?.length}>
        <section class="panel-part">
          <h3>{t().seenBy}</h3>
          <ul>
            <For each={seen()}>
              {(one) => (
                <li class="person-row">
                  <Avatar small id={one.person} name={one.name} />
                  <span class="person-name">
                    {one.name} <Tag of={one.tag} />
                    <span class="person-note">{how(one.state, one.at)}</span>
                  </span>
                  <span class="info-mark" classList={{ read: one.state === 'read' }}>
                    <Icon name={one.state === 'sent' ? 'check' : 'checks'} size={18} />
                  </span>
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
      <Show when={edited() && versions()}>
        {(all) => (
          <section class="panel-part">
            <h3>{t().versions}</h3>
            <ol class="info-versions">
              <For each={all()}>
                {(version) => (
                  <li>
                    <p class="said" dir="auto">
                      {version.text}
                    </p>
                    <span class="person-note">{format().full(version.at)}</span>
                  </li>
                )}
              </For>
            </ol>
          </section>
        )}
      </Show>
    </Dialog>
  );
}
