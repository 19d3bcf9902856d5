/** In the composer's place, where one cannot write: why not, and what can be done. */
import type { PersonId } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { RecordBar } from './writing/record-bar.tsx';

export function ChatFoot(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt, nav } = useApp();
  const { detail } = useChat();
  const [forgetting, setForgetting] = createSignal(false);
  const why = () => {
    switch (detail().state) {
      case 'joining':
        return t().chatJoining;
      case 'left':
        return t().chatLeft;
      case 'removed':
        return t().chatRemoved;
      case 'stopped':
        return t().chatStopped;
      case 'request':
        return t().requestText(detail().asker?.name ?? '');
      case 'active':
        return t().blockedNote;
    }
  };
  const refuse = async (person?: PersonId) => {
    const { chat } = detail();
    nav.leave();
    if (person) await attempt(messenger.block(person, true));
    await attempt(messenger.decline(chat));
  };
  const over = () => ['left', 'removed', 'stopped'].includes(detail().state);
  const forget = async () => {
    const { chat } = detail();
    nav.leave();
    await attempt(messenger.forget(chat));
  };
  return (
    <footer class="chat-foot">
      <Show when={detail().recording}>
        <RecordBar how={undefined} reply={undefined} maySend={false} onClose={() => undefined} />
      </Show>
      <p>{why()}</p>
      <Show when={detail().asker}>
        {(asker) => (
          <div class="chat-answer">
            <Button look="primary" onClick={() => attempt(messenger.accept(detail().chat))}>
              {t().requestAccept}
            </Button>
            <Button onClick={() => void refuse()}>{t().delete}</Button>
            <Button look="danger" onClick={() => void refuse(asker().person)}>
              {t().block}
            </Button>
          </div>
        )}
      </Show>
      <Show when={over()}>
        <Button look="danger" onClick={() => setForgetting(true)}>
          {t().forget}
        </Button>
      </Show>
      <Show when={detail().state === 'active' && detail().peer}>
        {(peer) => (
          <Button onClick={() => attempt(messenger.block(peer(), false))}>{t().unblock}</Button>
        )}
      </Show>
      <Show when={forgetting()}>
        <Confirm
          question={t().forgetAsk}
          text={t().forgetText}
          action={t().forget}
          onClose={() => setForgetting(false)}
          onYes={() => void forget()}
        />
      </Show>
    </footer>
  );
}
