/** What a message says. */
import type { MessageView, PersonView } from '@polynya/messenger/api';
import { createMemo, For, type JSX, Match, Show, Switch } from 'solid-js';
import { sameOrder } from '../state/chat-order.ts';
import { Tag } from '../ui/tag.tsx';
import { useWords } from '../words/use-words.ts';
import { useChat } from './chat-context.ts';
import { type Piece, richText } from './rich-text.ts';

export function MessageText(props: { message: MessageView }): JSX.Element {
  const { t } = useWords();
  const { detail } = useChat();
  const mentioned = createMemo(
    () => detail().people.filter(({ person }) => props.message.mentions.includes(person)),
    [],
    { equals: sameOrder },
  );
  // By itself: who reacts to a message does not have its text drawn anew.
  const text = createMemo(() => props.message.text);
  const pieces = createMemo(() =>
    richText(
      text(),
      mentioned().map(({ name }) => name),
    ),
  );
  return (
    <Show
      when={!props.message.deleted}
      fallback={<p class="bubble-text deleted">{t().deletedMessage}</p>}
    >
      <Show when={text()}>
        <div class="bubble-text" dir="auto">
          <Pieces pieces={pieces()} people={mentioned()} />
        </div>
      </Show>
    </Show>
  );
}

interface PiecesProps {
  pieces: readonly Piece[];
  /** Whom the message mentions. */
  people: readonly PersonView[];
}

function Pieces(props: PiecesProps): JSX.Element {
  return (
    <For each={props.pieces}>{(piece) => <TextPiece piece={piece} people={props.people} />}</For>
  );
}

function TextPiece(props: { piece: Piece; people: readonly PersonView[] }): JSX.Element {
  const meant = () => props.people.filter(({ name }) => props.piece.text === `@${name}`);
  const names = () => props.people.map(({ name }) => name);
  return (
    <Switch fallback={props.piece.text}>
      <Match when={props.piece.kind === 'block'}>
        <pre>{props.piece.text}</pre>
      </Match>
      <Match when={props.piece.kind === 'quote'}>
        <blockquote>
          <Pieces pieces={richText(props.piece.text, names())} people={props.people} />
        </blockquote>
      </Match>
      <Match when={props.piece.kind === 'code'}>
        <code>{props.piece.text}</code>
      </Match>
      <Match when={props.piece.kind === 'strong'}>
        <strong>{props.piece.text}</strong>
      </Match>
      <Match when={props.piece.kind === 'emphasis'}>
        <em>{props.piece.text}</em>
      </Match>
      <Match when={props.piece.kind === 'link'}>
        <a href={props.piece.text} target="_blank" rel="noopener noreferrer">
          {props.piece.text}
        </a>
      </Match>
      <Match when={props.piece.kind === 'mention'}>
        <span class="mention" classList={{ me: meant().some(({ me }) => me) }}>
          {props.piece.text}
          <For each={meant().filter(({ namesake }) => namesake)}>
            {({ tag }) => <Tag of={tag} />}
          </For>
        </span>
      </Match>
    </Switch>
  );
}
