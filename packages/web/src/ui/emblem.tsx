/** Open water in the ice. */
import type { JSX } from 'solid-js';

export function Emblem(props: { size: number }): JSX.Element {
  return (
    <svg width={props.size} height={props.size} viewBox="104 92 334 334" aria-hidden="true">
      <path d="M110 236 176 132l118-30 104 52 34 112-70 118-128 32-98-58Z" fill="#b5d6d9" />
      <path d="M134 240 190 152l102-26 88 46 28 94-60 98-110 28-82-50Z" fill="#0b6b74" />
      <path d="M168 252l46-66 84-22 64 36 20 70-44 70-82 22-62-40Z" fill="#0a5560" />
      <g fill="none" stroke="#8fd3d6" stroke-width="14" stroke-linecap="round">
        <path d="M206 262c26-16 44 12 70-2s40-14 62-4" />
        <path d="M222 304c22-12 34 8 56-2s30-8 42-2" opacity=".7" />
      </g>
    </svg>
  );
}
