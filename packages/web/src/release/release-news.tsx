/** Says once, after an update, what is new in it. */
import { type JSX, onMount } from 'solid-js';
import { askWorker } from '../shell/ask.ts';
import type { Release } from '../shell/release.ts';
import { useApp } from '../state/app.ts';
import { useExtraWords } from '../words/use-words.ts';

const TOLD = 'polynya-told-release';

export function ReleaseNews(): JSX.Element {
  const { t, locale } = useExtraWords();
  const { say } = useApp();
  onMount(async () => {
    const answer = await askWorker({ ask: 'about' });
    if (!answer || !('about' in answer) || !answer.about?.change) return;
    const { signed, change } = answer.about;
    if (localStorage.getItem(TOLD) === String(change.to)) return;
    localStorage.setItem(TOLD, String(change.to));
    const { notes } = JSON.parse(signed.release) as Release;
    say(t().updated(notes[locale()] ?? ''));
  });
  return null;
}
