/** A modal dialog: the browser's own, which keeps the focus inside and gives it back (HTML section 4.11.4). */
import { createUniqueId, type JSX, onCleanup, onMount } from 'solid-js';
import { useWords } from '../words/use-words.ts';
import { IconButton } from './button.tsx';
import './dialog.css';
import { putOnTop } from './on-top.ts';

export interface DialogProps {
  title: string;
  /**
   * `sheet`: along the right edge, the whole screen on a phone; `viewer`: the whole screen; `tall`: as high as it may
   * be, whatever is in it.
   */
  look?: 'sheet' | 'viewer' | 'tall';
  onClose(): void;
  children: JSX.Element;
}

/** Open as long as it is rendered. */
export function Dialog(props: DialogProps): JSX.Element {
  const { t } = useWords();
  const id = createUniqueId();
  let dialog!: HTMLDialogElement;
  let title!: HTMLHeadingElement;
  let opener: HTMLElement | null = null;
  onMount(() => {
    opener = putOnTop(dialog, () => {
      dialog.close();
      dialog.showModal();
      // Not to the button that closes it, where there is nothing to fill in.
      if (!dialog.querySelector('[autofocus]')) title.focus();
    });
  });
  onCleanup(() => {
    dialog.remove();
    if (opener?.isConnected) opener.focus();
  });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, by the browser itself.
    <dialog
      ref={dialog}
      class={`dialog ${props.look ?? ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog) props.onClose();
      }}
    >
      <header class="dialog-head">
        <h2 ref={title} class="dialog-title" id={id} tabIndex={-1}>
          {props.title}
        </h2>
        <IconButton icon="close" label={t().close} onClick={() => props.onClose()} />
      </header>
      <div class="dialog-body">{props.children}</div>
    </dialog>
  );
}
