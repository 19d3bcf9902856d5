/** One open invite, to be handed on: by its own link, and by another host's for people whom that does not let in. */
import type { InviteView } from '@polynya/messenger/api';
import { createResource, type JSX, Show } from 'solid-js';
import { useExtraWords } from '../words/use-words.ts';
import { linkElsewhere } from './elsewhere.ts';
import { LinkCard } from './link-card.tsx';

export function InviteCard(props: { invite: InviteView; text: string }): JSX.Element {
  const { t, format } = useExtraWords();
  const [elsewhere] = createResource(() => props.invite.link, linkElsewhere);
  const card = (link: string, text: string) => (
    <LinkCard
      link={link}
      label={t().inviteLink}
      qrLabel={t().inviteQr}
      text={text}
      note={t().inviteExpires(format().full(props.invite.expires))}
    />
  );
  return (
    <>
      {card(props.invite.link, props.text)}
      <Show when={elsewhere()}>
        {(link) => (
          <details>
            <summary>{t().inviteElsewhere(new URL(props.invite.link).host)}</summary>
            {card(link(), t().inviteElsewhereText)}
          </details>
        )}
      </Show>
    </>
  );
}
