/** One open invite: its QR code, its link, and the ways to hand it on. */
import type { InviteView } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './invite-card.css';
import { QrCode } from './qr-code.tsx';

export function InviteCard(props: { invite: InviteView; text: string }): JSX.Element {
  const { t, format } = useExtraWords();
  const { attempt } = useApp();
  const [copied, setCopied] = createSignal(false);
  let field!: HTMLInputElement;

  const copy = async () => {
    field.select();
    await navigator.clipboard.writeText(props.invite.link);
    setCopied(true);
  };
  const share = async () => {
    try {
      await navigator.share({ url: props.invite.link });
    } catch (error) {
      // Thinking better of it is not a failure.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    }
  };

  return (
    <div class="invite-card">
      <p>{props.text}</p>
      <QrCode text={props.invite.link} />
      <input
        ref={field}
        class="invite-link"
        readonly
        aria-label={t().inviteLink}
        value={props.invite.link}
        onFocus={() => field.select()}
      />
      <div class="invite-actions">
        <Button look="primary" onClick={() => attempt(copy())}>
          <Icon name={copied() ? 'check' : 'copy'} size={18} />
          {copied() ? t().copied : t().copy}
        </Button>
        <Show when={'share' in navigator}>
          <Button onClick={() => attempt(share())}>{t().share}</Button>
        </Show>
      </div>
      <p class="invite-note">{t().inviteExpires(format().full(props.invite.expires))}</p>
    </div>
  );
}
