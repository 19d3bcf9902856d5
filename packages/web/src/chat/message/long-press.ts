/** A long press with a finger, where the browser has no context menu of its own for it (iOS). */

const LONG = 450;
/** Pixels that a resting finger may wander. */
const WANDER = 10;

/** Has `act` told where a finger rests on `element`. */
export function onLongPress(
  element: HTMLElement,
  act: (at: { x: number; y: number }) => void,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let pressed = false;
  const forget = () => clearTimeout(timer);
  element.addEventListener('touchstart', ({ touches }) => {
    const [touch] = touches;
    forget();
    pressed = false;
    if (!touch || touches.length > 1) return;
    from = { x: touch.clientX, y: touch.clientY };
    timer = setTimeout(() => {
      pressed = true;
      act(from);
    }, LONG);
  });
  element.addEventListener('touchmove', ({ touches: [touch] }) => {
    if (!touch || Math.hypot(touch.clientX - from.x, touch.clientY - from.y) > WANDER) forget();
  });
  element.addEventListener('touchend', (event) => {
    forget();
    // Else the click that follows would choose from the menu that has just opened.
    if (pressed) event.preventDefault();
  });
  element.addEventListener('touchcancel', forget);
}
