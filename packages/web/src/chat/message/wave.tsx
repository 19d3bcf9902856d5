/** A waveform as bars, the part that was heard darker. */
import type { JSX } from 'solid-js';

/** Units of the drawing: from bar to bar, and its height. */
const STEP = 4;
const HIGH = 28;

/** `values`: 0 to 1. `done`: how much of it was heard, 0 to 1. */
export function Wave(props: { values: readonly number[]; done: number }): JSX.Element {
  const bars = () =>
    props.values
      .map((value, i) => {
        const half = 1 + value * (HIGH / 2 - 2);
        return `M${i * STEP + 2} ${HIGH / 2 - half}v${2 * half}`;
      })
      .join('');
  const bar = (heard: boolean) => (
    <path
      d={bars()}
      style={heard ? { 'clip-path': `inset(0 ${100 - props.done * 100}% 0 0)` } : {}}
      class={heard ? 'heard' : ''}
    />
  );
  return (
    <svg
      class="wave"
      viewBox={`0 0 ${props.values.length * STEP} ${HIGH}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bar(false)}
      {bar(true)}
    </svg>
  );
}
