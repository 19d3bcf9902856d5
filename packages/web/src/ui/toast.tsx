/** Sentences that show for a moment, over everything, dialogs included. */
import { createEffect, createSignal, For, type JSX } from 'solid-js';
import './toast.css';

export interface Toasts {
  say(sentence: string): void;
  readonly Region: () => JSX.Element;
}

/** Long enough to read the sentence twice, in milliseconds. */
const shownFor = (sentence: string): number => 3000 + sentence.length * 60;

export function createToasts(): Toasts {
  const [sentences, setSentences] = createSignal<readonly string[]>([]);
  return {
    say(sentence) {
      setSentences((all) => [...all.filter((other) => other !== sentence), sentence].slice(-3));
      setTimeout(
        () => setSentences((all) => all.filter((other) => other !== sentence)),
        shownFor(sentence),
      );
    },
    Region() {
      let region!: HTMLDivElement;
      createEffect(() => {
        // Shown anew each time, so that it comes above a dialog opened since.
        if (region.matches(':popover-open')) region.hidePopover();
        if (sentences().length > 0) region.showPopover();
      });
      return (
        <div ref={region} popover="manual" class="toasts" role="status">
          <For each={sentences()}>{(sentence) => <p class="toast">{sentence}</p>}</For>
        </div>
      );
    },
  };
}
