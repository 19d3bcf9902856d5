/** One message: who, what, in answer to what, and how far it has come. */
import type { MessageView } from '@polynya/messenger/api';
import { createComputed, createSignal, type JSX, Show } from 'solid-js';
import { FilePart, MessageMenu, Poll, TimeLeft } from '../../later.tsx';
import { useApp } from '../../state/app.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { called, Tag } from '../../ui/tag.tsx';
import { nameToneOf } from '../../ui/tone.ts';
import { useWords } from '../../words/use-words.ts';
import './bubble.css';
import { useChat } from '../chat-context.ts';
import { onLongPress } from './long-press.ts';
import { MessageText } from './message-text.tsx';
import { Reactions } from './reactions.tsx';
import { plainText } from './rich-text.ts';
import { SendMark } from './send-mark.tsx';

/** What a double tap says. */
const LIKE = '❤️';

export interface BubbleProps {
  message: MessageView;
  /** As `Row.album`. */
  album: readonly MessageView[];
  first: boolean;
  last: boolean;
  flash: boolean;
}

export function Bubble(props: BubbleProps): JSX.Element {
  const { t, format } = useWords();
  const { messenger, attempt } = useApp();
  const { detail, goTo, selected, select } = useChat();
  const [menu, setMenu] = createSignal<{ x: number; y: number }>();
  // Of a reaction only what shows reactions hears. A memo would have all the rest asked whether it changed.
  const [message, setMessage] = createSignal(props.message, { equals: sameButReactions });
  createComputed(() => setMessage(props.message));
  const chat = () => detail().chat;
  const all = () => (props.album.length > 0 ? props.album : [message()]);
  const chosen = () => selected()?.has(message().id) ?? false;
  // Also a chat of two into which somebody was added: whoever speaks there is not the other one.
  const selecting = () => selected() !== null && !message().deleted;
  const isGroup = () => !detail().direct || detail().people.length > 2;
  const like = () => {
    const liked = props.message.reactions.some(({ emoji, mine }) => mine && emoji === LIKE);
    return attempt(messenger.react(chat(), message().id, liked ? '' : LIKE));
  };

  return (
    <article
      class="message"
      ref={(element) => onLongPress(element, (at) => !selecting() && setMenu(at))}
      data-message={message().id}
      classList={{
        mine: message().mine,
        first: props.first,
        last: props.last,
        flash: props.flash,
        selecting: selecting(),
        selected: chosen(),
      }}
      aria-label={`${message().mine ? t().you : called(message().name, message().tag)}, ${format().time(message().at)}`}
      onContextMenu={(event) => {
        if (event.target instanceof Element && event.target.closest('a')) return;
        event.preventDefault();
        if (selecting()) return;
        setMenu({ x: event.clientX, y: event.clientY });
      }}
      // A double tap: with a mouse, two clicks choose a word.
      onDblClick={() => {
        if (message().seq === null) return;
        if (matchMedia('(hover: none)').matches) void like();
      }}
    >
      <Show when={selecting()}>
        <label class="message-pick">
          <input
            type="checkbox"
            checked={chosen()}
            aria-label={t().selectMessage}
            onChange={() => {
              for (const { id } of all()) select(id);
            }}
          />
        </label>
      </Show>
      <Show when={isGroup() && !message().mine}>
        <span class="message-who">
          <Show when={props.last}>
            <Avatar small id={message().sender} name={message().name} />
          </Show>
        </span>
      </Show>
      <div class="bubble">
        <Show when={props.first && !message().mine && isGroup()}>
          <strong class="bubble-name" style={{ color: nameToneOf(message().sender) }}>
            {message().name} <Tag of={message().tag} />
          </strong>
        </Show>
        {/* Each condition costs as much as an element, and most messages are a text alone. */}
        <Show when={message().forwarded || message().reply || message().file}>
          <Show when={message().forwarded && !message().deleted}>
            <span class="bubble-forwarded">{t().forwarded}</span>
          </Show>
          <Show when={message().reply}>
            {(quoted) => (
              <button
                type="button"
                class="bubble-quote"
                title={t().goToQuoted}
                onClick={() => goTo(quoted().id)}
              >
                <strong>{quoted().name || t().quotedGone}</strong>
                <span>{plainText(quoted().text) || (quoted().name && t().deletedMessage)}</span>
              </button>
            )}
          </Show>
          <Show when={!message().deleted && message().file}>
            {(file) => <FilePart message={message()} all={all()} file={file()} />}
          </Show>
        </Show>
        <MessageText message={message()} />
        <Show when={message().poll}>{(poll) => <Poll message={message()} poll={poll()} />}</Show>
        <div class="bubble-meta">
          <Show
            when={
              message().after > 0 || message().planned || message().relayedBy || message().edited
            }
          >
            <Show when={(message().after > 0 || message().planned) && !message().deleted}>
              <TimeLeft message={message()} />
            </Show>
            <Show when={message().relayedBy}>{(by) => <span>{t().relayedBy(by())}</span>}</Show>
            <Show when={message().edited && !message().deleted}>
              <span>{t().edited}</span>
            </Show>
          </Show>
          <time dateTime={new Date(message().at).toISOString()} title={format().full(message().at)}>
            {format().time(message().at)}
          </time>
          <Show when={message().state}>{(state) => <SendMark state={state()} />}</Show>
        </div>
        <Show when={message().state === 'failed' || message().undone}>
          <Show when={message().state === 'failed'}>
            <div class="bubble-problem">
              <span>{t().problem[message().problem ?? 'failed']}</span>
              <div>
                <Button look="small" onClick={() => attempt(messenger.retry(chat(), message().id))}>
                  {t().retry}
                </Button>
                <Button
                  look="small danger"
                  onClick={() => attempt(messenger.discard(chat(), message().id))}
                >
                  {t().discard}
                </Button>
              </div>
            </div>
          </Show>
          <Show when={message().undone}>
            {(undone) => <div class="bubble-problem">{t().undone[undone()]}</div>}
          </Show>
        </Show>
        <Reactions message={props.message} />
      </div>
      <Show when={!message().deleted && !selecting()}>
        <span class="message-more">
          {/* Not an IconButton, whose properties may be any: thousands of these come by as one scrolls. */}
          <button
            type="button"
            class="icon-button"
            aria-label={t().messageMenu}
            title={t().messageMenu}
            aria-haspopup="menu"
            onClick={(event) => {
              const { left, bottom } = event.currentTarget.getBoundingClientRect();
              setMenu({ x: left, y: bottom });
            }}
          />
        </span>
      </Show>
      <Show when={!message().deleted && menu()}>
        {(at) => (
          <MessageMenu
            message={props.message}
            all={all()}
            at={at()}
            onClose={() => setMenu(undefined)}
          />
        )}
      </Show>
    </article>
  );
}

function sameButReactions(before: MessageView, after: MessageView): boolean {
  return Object.entries(after).every(
    ([name, value]) => name === 'reactions' || value === before[name as keyof MessageView],
  );
}
