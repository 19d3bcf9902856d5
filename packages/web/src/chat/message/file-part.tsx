/** What a message brings besides words: a voice or video note, pictures and videos, or a file in a line. */
import type { FileView, MessageView } from '@polynya/messenger/api';
import { createSignal, For, type JSX, Match, Show, Switch } from 'solid-js';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import './file-part.css';
import { useTransfer } from './file-transfer.ts';
import { Picture } from './picture.tsx';
import { Progress } from './progress.tsx';
import { Round } from './round.tsx';
import { Tile } from './tile.tsx';
import { Voice } from './voice.tsx';
import { isVoice } from './voice-player.ts';

export interface FilePartProps {
  message: MessageView;
  /** Of an album, all of it. */
  all: readonly MessageView[];
  file: FileView;
}

export function FilePart(props: FilePartProps): JSX.Element {
  const { t } = useExtraWords();
  const [viewing, setViewing] = createSignal<string>();
  const { here, step, words, save, underWay, problem } = useTransfer(() => props.message);

  return (
    <div class="file">
      <Switch>
        <Match when={props.file.round}>
          <Round message={props.message} file={props.file} />
        </Match>
        <Match when={props.file.thumb}>
          <div class="tiles" style={{ '--many': Math.min(5, props.all.length) }}>
            <For each={props.all}>
              {(message) => (
                <Tile
                  message={message}
                  alone={props.all.length < 2}
                  onOpen={() => setViewing(message.id)}
                />
              )}
            </For>
          </div>
        </Match>
        <Match when={here() && isVoice(props.message)}>
          <Voice message={props.message} duration={props.file.duration} />
        </Match>
        <Match when={true}>
          <div class="file-line">
            <Icon name="file" />
            <span class="file-name">
              {props.file.name}
              <small>{words()}</small>
            </span>
            <Show when={step()}>
              {(next) => <IconButton icon={next().icon} label={next().label} onClick={next().go} />}
            </Show>
            <Show when={here()}>
              <IconButton icon="download" label={t().fileSave} onClick={save} />
            </Show>
          </div>
          <Show when={underWay()}>
            <Progress file={props.file} />
          </Show>
        </Match>
      </Switch>
      <Show when={problem()}>{(code) => <p class="bubble-problem">{t().problem[code()]}</p>}</Show>
      <Show when={viewing()}>
        {(message) => <Picture message={message()} onClose={() => setViewing(undefined)} />}
      </Show>
    </div>
  );
}
