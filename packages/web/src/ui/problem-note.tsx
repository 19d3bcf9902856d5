/** What went wrong with what a person just did, said where they did it. */
import type { JSX } from 'solid-js';
import './problem-note.css';

export function ProblemNote(props: { children: JSX.Element }): JSX.Element {
  return (
    <p class="problem-note" role="alert">
      {props.children}
    </p>
  );
}
