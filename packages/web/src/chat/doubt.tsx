/** Above a chat: whose safety number is to be compared, as a device came, a namesake did, or lists of devices contradict. */
import type { PersonId } from '@polynya/messenger/api';
import { createMemo, createSignal, type JSX, Show } from 'solid-js';
import { SafetyNumber } from '../adding-later.tsx';
import { doubtOf } from '../panel/doubt-of.ts';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { calledHere } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';

export function Doubt(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const [open, setOpen] = createSignal<PersonId>();
  const doubted = createMemo(() => detail().people.find((person) => doubtOf(t, person) !== ''));
  return (
    <>
      <Show when={doubted()}>
        {(one) => (
          <div class="chat-trouble" role="alert">
            <strong>{calledHere(one())}</strong>: {doubtOf(t, one())}
            <p class="chat-answer">
              <Button look="small" onClick={() => setOpen(one().person)}>
                {t().safetyNumber}
              </Button>
              <Show when={one().compared && !one().forked}>
                <Button
                  look="small plain"
                  onClick={() => attempt(messenger.compare(one().person, false))}
                >
                  {t().doNotCompare}
                </Button>
              </Show>
            </p>
          </div>
        )}
      </Show>
      {/* It says whether it was the same after there is no doubt any more. */}
      <Show when={detail().people.find(({ person }) => person === open())}>
        {(one) => <SafetyNumber person={one()} onClose={() => setOpen()} />}
      </Show>
    </>
  );
}
