/** What is seen of a picture or video, as the button that opens it, or that takes the next step until it is here. */
import type { FileView, MessageView } from '@polynya/messenger/api';
import { type JSX, Show } from 'solid-js';
import { Icon } from '../../ui/icon.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import type { useTransfer } from './file-transfer.ts';

export interface TileButtonProps {
  message: MessageView;
  file: FileView;
  transfer: ReturnType<typeof useTransfer>;
  /** What opening is called. */
  opens: string;
  /** It is one that plays, and does not yet. */
  plays: boolean;
  /** In the picture's place. */
  screen: JSX.Element;
  onOpen(): void;
}

export function TileButton(props: TileButtonProps): JSX.Element {
  const { t } = useExtraWords();
  const { thumbs } = useChat();
  const { here, step, words } = props.transfer;
  return (
    <button
      type="button"
      class="tile-open"
      data-message={props.message.id}
      aria-label={here() ? props.opens : (step()?.label ?? words())}
      onClick={() => (here() ? props.onOpen() : step()?.go())}
    >
      <Show
        when={props.screen}
        fallback={
          <Show when={props.file.thumb}>
            {(thumb) => (
              <img
                src={thumbs.urlOf(props.message.id, thumb())}
                alt={t().picture(props.file.name)}
              />
            )}
          </Show>
        }
      >
        {props.screen}
      </Show>
      <Show when={here() ? props.plays && 'play' : step()?.icon}>
        {(name) => (
          <span class="tile-mark">
            <Icon name={name()} />
          </span>
        )}
      </Show>
    </button>
  );
}
