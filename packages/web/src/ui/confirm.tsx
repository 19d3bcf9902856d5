/** A question whose answer cannot be taken back. */
import type { JSX } from 'solid-js';
import { useWords } from '../words/use-words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

export interface ConfirmProps {
  question: string;
  text: string;
  /** What the button that does it says. */
  action: string;
  onYes(): void;
  onClose(): void;
}

export function Confirm(props: ConfirmProps): JSX.Element {
  const { t } = useWords();
  return (
    <Dialog title={props.question} onClose={props.onClose}>
      <p>{props.text}</p>
      <div class="dialog-actions">
        <Button onClick={() => props.onClose()}>{t().cancel}</Button>
        <Button
          look="danger"
          onClick={() => {
            props.onClose();
            props.onYes();
          }}
        >
          {props.action}
        </Button>
      </div>
    </Dialog>
  );
}
