/** A labelled line of text. */
import { createUniqueId, type JSX, Show, splitProps } from 'solid-js';
import './field.css';

type FieldProps = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'onInput'> & {
  label: string;
  hint?: string;
  /** Gets the text at every change. */
  onText(text: string): void;
};

export function Field(props: FieldProps): JSX.Element {
  const id = createUniqueId();
  const [own, rest] = splitProps(props, ['label', 'hint', 'onText']);
  return (
    <label class="field">
      <span class="field-label">{own.label}</span>
      <input
        class="field-input"
        autocomplete="off"
        aria-describedby={own.hint ? id : undefined}
        onInput={(event) => own.onText(event.currentTarget.value)}
        {...rest}
      />
      <Show when={own.hint}>
        <span class="field-hint" id={id}>
          {own.hint}
        </span>
      </Show>
    </label>
  );
}
