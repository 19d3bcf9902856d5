/** The frame of a screen that has the page to itself. */
import type { JSX } from 'solid-js';
import { Emblem } from '../ui/emblem.tsx';
import { LanguageChoice } from './language-choice.tsx';
import './screen.css';

export function Screen(props: { title: string; children: JSX.Element }): JSX.Element {
  return (
    <main class="screen">
      <div class="screen-card">
        <Emblem size={88} />
        <h1>{props.title}</h1>
        {props.children}
        <LanguageChoice />
      </div>
    </main>
  );
}
