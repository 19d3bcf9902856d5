/** One open invite, to be handed on. */
import type { InviteView } from '@polynya/messenger/api';
import type { JSX } from 'solid-js';
import { useExtraWords } from '../words/use-words.ts';
import { LinkCard } from './link-card.tsx';

export function InviteCard(props: { invite: InviteView; text: string }): JSX.Element {
  const { t, format } = useExtraWords();
  return (
    <LinkCard
      link={props.invite.link}
      label={t().inviteLink}
      qrLabel={t().inviteQr}
      text={props.text}
      note={t().inviteExpires(format().full(props.invite.expires))}
    />
  );
}
