/** For whoever comes without an invite. */
import type { JSX } from 'solid-js';
import { useWords } from '../words/use-words.ts';
import { LinkForm } from './link-form.tsx';
import { Screen } from './screen.tsx';

export function Welcome(props: { onLink(link: string): void }): JSX.Element {
  const { t } = useWords();
  return (
    <Screen title={t().welcomeTitle}>
      <p>{t().welcomeText}</p>
      <LinkForm onLink={props.onLink} />
      <p class="screen-note">{t().welcomeLink}</p>
      <p class="screen-note">{t().welcomeHost}</p>
      <p class="screen-note">{t().tagline}</p>
    </Screen>
  );
}
