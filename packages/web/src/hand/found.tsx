/** One message that was found: where it was said, by whom and when, with the words that were looked for marked. */
import type { FoundView } from '@polynya/messenger/chats-api';
import { For, type JSX, Show } from 'solid-js';
import { called } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';

export interface FoundProps {
  found: FoundView;
  /** Of its chat, where it is not known which that is. */
  title?: string | undefined;
  onGo(): void;
  children: JSX.Element;
}

/** The text in pieces, every second one marked. */
function pieces({ text, marks }: FoundView): string[] {
  const cut: string[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    cut.push(text.slice(at, from), text.slice(from, to));
    at = to;
  }
  return [...cut, text.slice(at)];
}

export function Found(props: FoundProps): JSX.Element {
  const { t, format } = useExtraWords();
  const who = () => (props.found.mine ? t().you : called(props.found.name, props.found.tag));
  return (
    <button type="button" class="found" onClick={() => props.onGo()}>
      {props.children}
      <span class="found-text">
        <span class="found-line">
          <strong>{props.title ?? who()}</strong>
          <time dateTime={new Date(props.found.at).toISOString()}>
            {format().moment(props.found.at, Date.now())}
          </time>
        </span>
        <span class="found-said" dir="auto">
          <Show when={props.title !== undefined}>{who()}: </Show>
          <For each={pieces(props.found)}>
            {(piece, i) => (
              <Show when={i() % 2 === 1} fallback={piece}>
                <mark>{piece}</mark>
              </Show>
            )}
          </For>
        </span>
      </span>
    </button>
  );
}
