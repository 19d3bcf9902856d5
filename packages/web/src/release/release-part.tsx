/** Which release of the page this is, who signed it, and what the last update changed. */
import { createResource, type JSX, Show } from 'solid-js';
import { askWorker } from '../shell/ask.ts';
import { fingerprint } from '../shell/fingerprint.ts';
import type { Release } from '../shell/release.ts';
import { useExtraWords } from '../words/use-words.ts';

export function ReleasePart(): JSX.Element {
  const { t, format, locale } = useExtraWords();
  const [known] = createResource(async () => {
    const answer = await askWorker({ ask: 'about' });
    if (!answer || !('about' in answer) || !answer.about) return undefined;
    const { pinned, signed, change } = answer.about;
    const release = JSON.parse(signed.release) as Release;
    return { release, change, key: await fingerprint(pinned) };
  });
  return (
    <Show when={known()}>
      {(now) => (
        <>
          <p>{t().releaseOf(now().release.version, format().full(now().release.serial * 1_000))}</p>
          <p>{now().release.notes[locale()]}</p>
          <Show when={now().change}>
            {(change) => (
              <p>
                {t().releaseChanged(
                  format().full(change().from * 1_000),
                  change().files.join(', '),
                )}
              </p>
            )}
          </Show>
          <p>
            {t().releaseKey} <span class="digits">{now().key}</span>
          </p>
        </>
      )}
    </Show>
  );
}
