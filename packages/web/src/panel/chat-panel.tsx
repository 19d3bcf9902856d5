/** Everything about a chat but its messages: its name, its people, its invites, the way out. */
import type { ChatDetail, InviteView } from '@polynya/messenger/api';
import { createMemo, createSignal, For, type JSX, Show } from 'solid-js';
import { InviteCard } from '../adding-later.tsx';
import { SearchAll } from '../hand/search-all.tsx';
import { AddPeople } from '../invite/add-people.tsx';
import { MakeInvite } from '../invite/make-invite.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { calledHere } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './chat-panel.css';
import { ChatMarksPart } from './chat-marks-part.tsx';
import { PersonRow } from './person-row.tsx';
import { Rename } from './rename.tsx';
import { TimerPart } from './timer-part.tsx';

export function ChatPanel(props: { detail: ChatDetail; onClose(): void }): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const people = createMemo(
    () => new Map(props.detail.people.map((person) => [person.person, person])),
  );
  const [leaving, setLeaving] = createSignal(false);
  const [files, setFiles] = createSignal(false);
  const [shown, setShown] = createSignal<InviteView>();
  const active = () => props.detail.state === 'active';
  const chat = () => props.detail.chat;
  const nameOf = (person: string | null) => {
    const found = props.detail.people.find((other) => other.person === person);
    return found ? calledHere(found) : null;
  };

  return (
    <Dialog title={t().panelTitle} look="sheet" onClose={props.onClose}>
      <Show when={props.detail.saved}>
        <p>{t().savedText}</p>
      </Show>
      <Show when={active() && !props.detail.direct && !props.detail.saved}>
        <Rename chat={chat()} title={props.detail.title} />
      </Show>
      <ChatMarksPart chat={chat()} marks={props.detail.marks} />
      <Button onClick={() => setFiles(true)}>{t().chatFiles}</Button>
      <section class="panel-part">
        <h3>
          {t().members}: {props.detail.people.length}
        </h3>
        <ul>
          {/* By person, not by place: what is open of one stays theirs when somebody above them leaves. */}
          <For each={[...people().keys()]}>
            {(id) => (
              <Show when={people().get(id)}>
                {(person) => (
                  <PersonRow
                    chat={chat()}
                    person={person()}
                    cameBy={nameOf(person().invitedBy)}
                    mayGovern={active() && props.detail.admin && !props.detail.direct}
                  />
                )}
              </Show>
            )}
          </For>
        </ul>
      </section>
      <Show when={active() && !props.detail.saved}>
        <section class="panel-part">
          <Show when={!props.detail.direct || props.detail.peer === null}>
            <MakeInvite chat={chat()} />
          </Show>
          <Show when={props.detail.invites.length > 0}>
            <h3>{t().openInvites}</h3>
            <ul>
              <For each={props.detail.invites}>
                {(invite) => (
                  <li class="panel-invite">
                    <span>{t().inviteExpires(format().full(invite.expires))}</span>
                    <Button look="small" onClick={() => setShown(invite)}>
                      {t().showInvite}
                    </Button>
                    <Button
                      look="small danger"
                      onClick={() => attempt(messenger.withdraw(chat(), invite.id))}
                    >
                      {t().withdraw}
                    </Button>
                  </li>
                )}
              </For>
            </ul>
          </Show>
          <Show when={!props.detail.direct}>
            <AddPeople chat={chat()} present={props.detail.people.map(({ person }) => person)} />
          </Show>
        </section>
      </Show>
      <Show when={active()}>
        <TimerPart detail={props.detail} />
      </Show>
      <section class="panel-part">
        <Show when={active() && !props.detail.saved}>
          <Button look="danger" onClick={() => setLeaving(true)}>
            {t().leave}
          </Button>
        </Show>
      </section>
      <Show when={files()}>
        <SearchAll chat={chat()} onClose={props.onClose} />
      </Show>
      <Show when={leaving()}>
        <Confirm
          question={t().leaveAsk}
          text={t().leaveText}
          action={t().leave}
          onClose={() => setLeaving(false)}
          onYes={() => {
            props.onClose();
            void attempt(messenger.leave(chat()));
          }}
        />
      </Show>
      <Show when={shown()}>
        {(invite) => (
          <Dialog title={t().inviteTitle} onClose={() => setShown(undefined)}>
            <InviteCard
              invite={invite()}
              text={props.detail.direct ? t().inviteDirectText : t().inviteGroupText}
            />
          </Dialog>
        )}
      </Show>
    </Dialog>
  );
}
