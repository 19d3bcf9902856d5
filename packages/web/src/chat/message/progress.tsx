/** How much of a file has come or gone. */
import type { FileView } from '@polynya/messenger/api';
import type { JSX } from 'solid-js';
import { useExtraWords } from '../../words/use-words.ts';

export function Progress(props: { file: FileView }): JSX.Element {
  const { t } = useExtraWords();
  return (
    <progress
      class="file-progress"
      aria-label={t().progress}
      max={props.file.size}
      value={props.file.done}
    />
  );
}
