/** Where one writes. Enter sends, Shift+Enter breaks the line, Up edits the last own message, Esc goes back. */
import type { PersonId, PersonView } from '@polynya/messenger/api';
import {
  createEffect,
  createMemo,
  createSignal,
  type JSX,
  on,
  onCleanup,
  onMount,
  Show,
  untrack,
} from 'solid-js';
import {
  AttachMenu,
  EmojiDialog,
  MentionList,
  RecordBar,
  ScheduledBar,
  SendMenu,
} from '../../later.tsx';
import { useApp } from '../../state/app.ts';
import { IconButton } from '../../ui/button.tsx';
import { useWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import './composer.css';
import { onLongPress } from '../message/long-press.ts';
import { mentionable, mentionedIn, openMention } from './mentions.ts';
import type { How } from './record-bar.tsx';
import { TurnedBar } from './turned-bar.tsx';

const LETTERS = 16_000;
/** Pixels that a menu stands above its button: of two, and of three. */
const SEND_MENU = 110;
const ATTACH_MENU = 155;

export interface ComposerProps {
  onFiles(files: readonly File[]): void;
}

export function Composer(props: ComposerProps): JSX.Element {
  const { t } = useWords();
  const { messenger, attempt, drafts } = useApp();
  const { detail, messages, turned, turn, goTo } = useChat();
  const chat = untrack(() => detail().chat);
  const hadScheduled = createMemo<boolean>((had) => had || detail().scheduled > 0);
  const [text, setText] = createSignal(drafts.get(chat));
  const [cursor, setCursor] = createSignal(0);
  const [choice, setChoice] = createSignal(0);
  const [recording, setRecording] = createSignal<How>();
  const [choosing, setChoosing] = createSignal(false);
  const [attaching, setAttaching] = createSignal<{ x: number; y: number }>();
  const [sending, setSending] = createSignal<{ x: number; y: number }>();
  const [dismissed, setDismissed] = createSignal(false);
  const chosen = new Set<PersonId>();
  let area!: HTMLTextAreaElement;
  let picker!: HTMLInputElement;

  const candidates = () => {
    const mention = dismissed() || detail().direct ? null : openMention(text(), cursor());
    return mention === null ? [] : mentionable(detail().people, mention.part).slice(0, 8);
  };

  const grow = () => {
    // Where it does not do so by itself: to measure it lays out the page, at each key.
    if (CSS.supports('field-sizing', 'content')) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  const put = (value: string, at = value.length) => {
    setText(value);
    area.value = value;
    area.setSelectionRange(at, at);
    setCursor(at);
    grow();
  };

  onMount(() => {
    put(text());
    // A phone's keyboard would cover what one came to read.
    if (matchMedia('(hover: hover)').matches) area.focus();
  });
  createEffect(
    on(
      turned,
      (now, before) => {
        if (now?.to === 'edit') {
          put(now.message.text);
          // Who was meant stays meant where two share a name.
          for (const person of now.message.mentions) chosen.add(person);
        } else if (before?.to === 'edit') {
          put(drafts.get(chat));
          chosen.clear();
        }
        if (now) area.focus();
      },
      { defer: true },
    ),
  );
  // Typed on another device, as long as nobody types here.
  createEffect(
    on(
      () => drafts.get(chat),
      (kept) => {
        if (kept !== text() && turned()?.to !== 'edit' && document.activeElement !== area)
          put(kept);
      },
      { defer: true },
    ),
  );
  const keep = () => {
    if (turned()?.to !== 'edit') drafts.set(chat, text());
  };
  onCleanup(keep);

  const typed = (value: string) => {
    setText(value);
    setCursor(area.selectionStart);
    setChoice(0);
    setDismissed(false);
    grow();
    keep();
    if (value !== '' && turned()?.to !== 'edit') void messenger.typing(chat);
  };

  const mention = (person: PersonView) => {
    const open = openMention(text(), cursor());
    if (!open) return;
    chosen.add(person.person);
    const name = `@${person.name} `;
    put(text().slice(0, open.from) + name + text().slice(cursor()), open.from + name.length);
    keep();
    area.focus();
  };

  const insert = (emoji: string) => {
    const at = area.selectionStart;
    put(text().slice(0, at) + emoji + text().slice(area.selectionEnd), at + emoji.length);
    keep();
    area.focus();
  };

  const maySpeak = () => text() === '' && turned()?.to !== 'edit' && 'MediaRecorder' in globalThis;

  const send = async ({ at = 0, silent = false } = {}) => {
    const said = text().trim();
    if (said === '') return;
    const to = turned();
    const mentions = mentionedIn(said, detail().people, chosen);
    put('');
    chosen.clear();
    turn(null);
    if (to?.to === 'edit') {
      if (said !== to.message.text)
        await attempt(messenger.edit(chat, to.message.id, said, mentions));
      return;
    }
    drafts.set(chat, '');
    const message = { text: said, mentions, silent, ...(to ? { reply: to.message.id } : {}) };
    if (at === 0) goTo(null);
    const sent = await attempt(
      at > 0 ? messenger.schedule(chat, { ...message, at }) : messenger.send(chat, message),
    );
    // What could not even be kept goes back to where it was typed.
    if (!sent && text() === '') typed(said);
    if (!sent && area.isConnected) put(text());
  };

  let sender!: HTMLButtonElement;
  const openMenu = () => {
    if (turned()?.to === 'edit') return;
    const { left, top } = sender.getBoundingClientRect();
    setSending({ x: left, y: top - SEND_MENU });
  };

  const keys = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    const people = candidates();
    if (people.length > 0 && bare) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        setChoice((now) => (now + step + people.length) % people.length);
        return;
      }
      const person = people[choice()];
      if ((event.key === 'Enter' || event.key === 'Tab') && person) {
        event.preventDefault();
        mention(person);
        return;
      }
      if (event.key === 'Escape') {
        event.preventDefault();
        setDismissed(true);
        return;
      }
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === 'Escape' && turned()) {
      event.preventDefault();
      turn(null);
    } else if (event.key === 'ArrowUp' && bare && text() === '' && !turned()) {
      const message = messages().findLast(
        ({ mine, event: happened, deleted, file, poll }) =>
          mine && !happened && !deleted && !file && !poll,
      );
      if (!message) return;
      event.preventDefault();
      turn({ to: 'edit', message });
    }
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        // Dialogs that open from here have forms of their own.
        if (event.target === event.currentTarget) void send();
      }}
    >
      <Show when={turned()}>
        {(now) => <TurnedBar turned={now()} onCancel={() => turn(null)} />}
      </Show>
      <Show when={hadScheduled()}>
        <ScheduledBar />
      </Show>
      <Show when={candidates().length > 0}>
        <MentionList people={candidates()} choice={choice()} onChoose={mention} />
      </Show>
      <div class="composer-line">
        <IconButton
          icon="clip"
          label={t().attach}
          aria-haspopup="menu"
          onClick={({ currentTarget }) => {
            const { left, top } = currentTarget.getBoundingClientRect();
            setAttaching({ x: left, y: top - ATTACH_MENU });
          }}
        />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={() => {
            props.onFiles([...(picker.files ?? [])]);
            picker.value = '';
          }}
        />
        <textarea
          ref={area}
          class="composer-text"
          rows={1}
          maxLength={LETTERS}
          enterkeyhint="send"
          aria-label={t().composer}
          placeholder={t().composer}
          aria-autocomplete="list"
          aria-controls={candidates().length > 0 ? 'mention-list' : undefined}
          aria-activedescendant={candidates().length > 0 ? `mention-${choice()}` : undefined}
          onInput={(event) => typed(event.currentTarget.value)}
          onKeyDown={keys}
          onKeyUp={() => setCursor(area.selectionStart)}
          onClick={() => setCursor(area.selectionStart)}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (files.length === 0) return;
            event.preventDefault();
            props.onFiles(files);
          }}
        />
        <IconButton
          icon="smile"
          look="composer-emoji"
          label={t().emoji}
          aria-haspopup="dialog"
          onClick={() => setChoosing(true)}
        />
        <Show
          when={maySpeak()}
          fallback={
            <IconButton
              icon={turned()?.to === 'edit' ? 'check' : 'send'}
              label={turned()?.to === 'edit' ? t().saveEdit : t().send}
              look="primary"
              type="submit"
              ref={(element) => {
                sender = element;
                onLongPress(element, () => !element.disabled && openMenu());
              }}
              disabled={text().trim() === ''}
              onContextMenu={(event) => {
                event.preventDefault();
                openMenu();
              }}
            />
          }
        >
          <IconButton
            icon="mic"
            label={t().recordVoice}
            look="composer-mic"
            onPointerDown={(event) => event.button === 0 && setRecording(event)}
            onContextMenu={(event) => event.preventDefault()}
            // Behind a note that was sent by letting go, a click means nothing more.
            onClick={({ detail }) => (recording() || detail === 0) && setRecording('voice')}
          />
        </Show>
      </div>
      <Show when={recording() || detail().recording}>
        <RecordBar
          how={recording()}
          maySend
          reply={turned()?.message.id}
          onClose={(sent) => {
            setRecording();
            if (sent) turn(null);
            area.focus();
          }}
        />
      </Show>
      <Show when={attaching()}>
        {(at) => (
          <AttachMenu
            at={at()}
            onFiles={() => picker.click()}
            onRound={() => setRecording('round')}
            onClose={() => setAttaching()}
          />
        )}
      </Show>
      <Show when={sending()}>
        {(at) => <SendMenu at={at()} onSend={send} onClose={() => setSending()} />}
      </Show>
      <Show when={choosing()}>
        <EmojiDialog title={t().emoji} onChoose={insert} onClose={() => setChoosing(false)} />
      </Show>
    </form>
  );
}
