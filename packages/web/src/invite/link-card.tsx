/** A link to be handed on: its QR code, its text, and the ways to pass it. */
import { createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './link-card.css';
import { QrCode } from './qr-code.tsx';

export interface LinkCardProps {
  link: string;
  /** What it is, for those who cannot see it. */
  label: string;
  qrLabel: string;
  text: string;
  note: string;
}

export function LinkCard(props: LinkCardProps): JSX.Element {
  const { t } = useExtraWords();
  const { attempt } = useApp();
  const [copied, setCopied] = createSignal(false);
  let field!: HTMLInputElement;

  const copy = async () => {
    field.select();
    await navigator.clipboard.writeText(props.link);
    setCopied(true);
  };
  const share = async () => {
    try {
      await navigator.share({ url: props.link });
    } catch (error) {
      // Thinking better of it is not a failure.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    }
  };

  return (
    <div class="link-card">
      <p>{props.text}</p>
      <QrCode text={props.link} label={props.qrLabel} />
      <input
        ref={field}
        class="link-card-link"
        readonly
        aria-label={props.label}
        value={props.link}
        onFocus={() => field.select()}
      />
      <div class="link-card-actions">
        <Button look="primary" onClick={() => attempt(copy())}>
          <Icon name={copied() ? 'check' : 'copy'} size={18} />
          {copied() ? t().copied : t().copy}
        </Button>
        <Show when={'share' in navigator}>
          <Button onClick={() => attempt(share())}>{t().share}</Button>
        </Show>
      </div>
      <p class="link-card-note">{props.note}</p>
    </div>
  );
}
