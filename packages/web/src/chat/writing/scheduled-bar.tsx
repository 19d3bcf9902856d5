/**
 * What waits in this chat to be sent later: how many, and each with what can be done about it. What is being changed
 * stays open if it is sent meanwhile.
 */
import type { ScheduledView } from '@polynya/messenger/chats-api';
import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import { LaterForm } from './later-form.tsx';
import '../message/said.css';
import './scheduled-bar.css';

export function ScheduledBar(): JSX.Element {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const { chat } = detail();
  const [open, setOpen] = createSignal(false);
  const [waiting, setWaiting] = createSignal<readonly ScheduledView[]>([]);
  const [changing, setChanging] = createSignal<ScheduledView>();
  const look = async () => setWaiting((await attempt(messenger.scheduled(chat))) ?? []);
  createEffect(
    on([open, () => detail().scheduled], ([isOpen, count]) => {
      if (count === 0) setOpen(false);
      else if (isOpen) void look();
    }),
  );

  const change = async (id: string, later: Omit<ScheduledView, 'id'>) => {
    if (await attempt(messenger.schedule(chat, later, id))) setChanging();
    await look();
  };

  return (
    <>
      <Show when={detail().scheduled > 0}>
        <button
          type="button"
          class="scheduled-bar"
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          <Icon name="clock" size={18} />
          {t().waitingLater(detail().scheduled)}
        </button>
      </Show>
      <Show when={open()}>
        <Dialog title={t().waitingLater(detail().scheduled)} onClose={() => setOpen(false)}>
          <ul class="scheduled-list">
            <For each={waiting()}>
              {(message) => (
                <li>
                  <span class="scheduled-when">
                    <Show when={message.silent}>
                      <span role="img" aria-label={t().laterSilent}>
                        <Icon name="muted" size={16} />
                      </span>
                    </Show>
                    {format().full(message.at)}
                    <Show when={message.at < Date.now()}>
                      <span>{t().laterLate}</span>
                    </Show>
                  </span>
                  <p class="said" dir="auto">
                    {message.text}
                  </p>
                  <span class="scheduled-do">
                    <Button
                      look="small"
                      onClick={() => attempt(messenger.sendScheduled(chat, message.id))}
                    >
                      {t().laterNow}
                    </Button>
                    <Button look="small" onClick={() => setChanging(message)}>
                      {t().edit}
                    </Button>
                    <Button
                      look="small danger"
                      onClick={() => attempt(messenger.unschedule(chat, message.id))}
                    >
                      {t().delete}
                    </Button>
                  </span>
                </li>
              )}
            </For>
          </ul>
        </Dialog>
      </Show>
      <Show when={changing()} keyed>
        {(message) => (
          <LaterForm
            message={message}
            onKeep={(later) => void change(message.id, later)}
            onClose={() => setChanging()}
          />
        )}
      </Show>
    </>
  );
}
