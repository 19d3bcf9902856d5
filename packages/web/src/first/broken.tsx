/** The engine cannot start: says why, and what would help. */
import type { JSX } from 'solid-js';
import { Button } from '../ui/button.tsx';
import type { Words } from '../words/en.ts';
import { useWords } from '../words/use-words.ts';
import { Screen } from './screen.tsx';

function sentenceFor(t: () => Words, code: string): string {
  switch (code) {
    case 'full':
      return t().brokenFull;
    case 'newer':
      return t().brokenNewer;
    case 'older':
      return t().brokenOlder;
    case 'corrupt':
      return t().brokenCorrupt;
    case 'gone':
      return t().brokenGone;
    case 'page':
      return t().brokenPage;
    case 'locked':
      return t().brokenLocked;
    default:
      return t().brokenStorage;
  }
}

export function Broken(props: { code: string; why: string }): JSX.Element {
  const { t } = useWords();
  return (
    <Screen title={t().brokenTitle}>
      <p role="alert">{sentenceFor(t, props.code)}</p>
      <Button look="primary" onClick={() => location.reload()}>
        {t().reload}
      </Button>
      <details class="screen-note">
        <summary>{t().details}</summary>
        <p>
          {props.code} {props.why}
        </p>
      </details>
    </Screen>
  );
}
