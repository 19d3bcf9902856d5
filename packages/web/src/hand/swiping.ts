/** What a finger that moves over a chat means: back to the list, an answer to a message, or nothing of ours. */

export interface Point {
  /** CSS pixels in the viewport. */
  readonly x: number;
  readonly y: number;
}

export interface Touched {
  readonly from: Point;
  readonly to: Point;
  /** Of the viewport. */
  readonly width: number;
  readonly rtl: boolean;
  /** It began on a message that can be answered. */
  readonly message: boolean;
  /** There is a list to go back to. */
  readonly list: boolean;
}

/** Pixels from the side where lines begin: a thumb reaches them, and others' bubbles end far behind. */
const EDGE = 40;
/** Pixels that a resting finger may wander. */
const WANDER = 10;

/** null: it cannot be told yet. */
export function swipeOf(touched: Touched): 'back' | 'reply' | 'none' | null {
  const { from, to, width, rtl, message, list } = touched;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (Math.hypot(dx, dy) <= WANDER) return null;
  // Whoever scrolls is seldom exact.
  if (Math.abs(dx) < 1.5 * Math.abs(dy)) return 'none';
  const fromEdge = rtl ? width - from.x : from.x;
  const forward = rtl ? dx < 0 : dx > 0;
  if (list && forward && fromEdge <= EDGE) return 'back';
  return message ? 'reply' : 'none';
}

/** Whether a pane that was moved so far, and so fast (pixels a ms), is to go all the way. */
export function goesBack(moved: number, speed: number, width: number): boolean {
  return moved > 0 && (moved > width / 3 || speed > 0.5);
}
