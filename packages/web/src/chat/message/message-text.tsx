/** What a message says. */
import type { MessageView, PersonView } from '@polynya/messenger/api';
import { createMemo, For, type JSX, Show } from 'solid-js';
import { sameOrder } from '../../state/chat-order.ts';
import { Tag } from '../../ui/tag.tsx';
import { useWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
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

/** A piece is what it is: another takes its place. */
function TextPiece(props: { piece: Piece; people: readonly PersonView[] }): JSX.Element {
  const { kind, text } = props.piece;
  const meant = () => props.people.filter(({ name }) => text === `@${name}`);
  switch (kind) {
    case 'block':
      return <pre>{text}</pre>;
    case 'quote':
      return (
        <blockquote>
          <Pieces
            pieces={richText(
              text,
              props.people.map(({ name }) => name),
            )}
            people={props.people}
          />
        </blockquote>
      );
    case 'code':
      return <code>{text}</code>;
    case 'strong':
      return <strong>{text}</strong>;
    case 'emphasis':
      return <em>{text}</em>;
    case 'link':
      return (
        <a href={text} target="_blank" rel="noopener noreferrer">
          {text}
        </a>
      );
    case 'mention':
      return (
        <span class="mention" classList={{ me: meant().some(({ me }) => me) }}>
          {text}
          <For each={meant().filter(({ namesake }) => namesake)}>
            {({ tag }) => <Tag of={tag} />}
          </For>
        </span>
      );
    default:
      return text;
  }
}
