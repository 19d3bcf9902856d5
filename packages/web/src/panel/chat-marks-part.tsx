/** Pinned, muted, archived: what this device keeps to itself about a chat. */
import type { ChatId, ChatMarks } from '@polynya/messenger/api';
import { For, type JSX } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';

export function ChatMarksPart(props: { chat: ChatId; marks: ChatMarks }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const marks = () =>
    [
      ['pinned', 'pin', props.marks.pinned ? t().unpin : t().pin],
      ['muted', 'muted', props.marks.muted ? t().unmute : t().mute],
      ['archived', 'archive', props.marks.archived ? t().unarchive : t().archive],
    ] as const;
  return (
    <section class="panel-part">
      <div class="panel-marks">
        <For each={marks()}>
          {([mark, icon, what]) => (
            <Button
              look="small"
              onClick={() => attempt(messenger.mark(props.chat, { [mark]: !props.marks[mark] }))}
            >
              <Icon name={icon} size={18} />
              {what}
            </Button>
          )}
        </For>
      </div>
      <p class="person-note">{t().marksNote}</p>
    </section>
  );
}
