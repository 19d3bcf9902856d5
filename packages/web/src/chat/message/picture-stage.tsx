/** A picture that is made larger by wheel, pinch, double click or key, and moved by hand. */
import { createEffect, createSignal, type JSX, on, onCleanup } from 'solid-js';
import { moved, type Point, WHOLE, type Zoom, zoomed } from './zoom.ts';

export interface PictureStageProps {
  src: string;
  alt: string;
  /** A finger went aside over a picture that is seen whole: 1 to the one on the right, -1 to the one on the left. */
  onSwipe(by: 1 | -1): void;
}

const STEP = 1.5;
const NEAR = 2.5;
/** Pixels that a finger goes aside. */
const SWIPE = 60;
const MIDDLE: Point = { x: 0, y: 0 };

export function PictureStage(props: PictureStageProps): JSX.Element {
  const [zoom, setZoom] = createSignal<Zoom>(WHOLE);
  const fingers = new Map<number, Point>();
  /** Where the last finger came down, and whether others were there. */
  let from = MIDDLE;
  let several = false;
  let stage!: HTMLDivElement;
  createEffect(
    on(
      () => props.src,
      () => setZoom(WHOLE),
    ),
  );

  const fromMiddle = (event: MouseEvent): Point => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
  };
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  const drag = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const apart = spread();
    const now = fromMiddle(event);
    fingers.set(event.pointerId, now);
    if (apart > 0) setZoom((was) => zoomed(was, spread() / apart, now));
    else setZoom((was) => moved(was, { x: now.x - before.x, y: now.y - before.y }, size()));
  };
  const size = () => ({ width: stage.clientWidth, height: stage.clientHeight });
  const lift = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    const aside = fromMiddle(event).x - from.x;
    const swiped = event.pointerType === 'touch' && zoom().scale === 1 && !several;
    if (swiped && Math.abs(aside) > SWIPE) props.onSwipe(aside < 0 ? 1 : -1);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') setZoom((was) => zoomed(was, STEP, MIDDLE));
    else if (event.key === '-') setZoom((was) => zoomed(was, 1 / STEP, MIDDLE));
    else if (event.key === '0') setZoom(WHOLE);
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', keys);
  onCleanup(() => document.removeEventListener('keydown', keys));

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whatever a hand does here, a key does too.
    <div
      ref={stage}
      class="viewer-stage"
      classList={{ near: zoom().scale > 1 }}
      onWheel={(event) => {
        event.preventDefault();
        setZoom((was) => zoomed(was, event.deltaY < 0 ? 1.2 : 1 / 1.2, fromMiddle(event)));
      }}
      onDblClick={(event) =>
        setZoom((was) => (was.scale > 1 ? WHOLE : zoomed(was, NEAR, fromMiddle(event))))
      }
      onPointerDown={(event) => {
        several = fingers.size > 0;
        from = fromMiddle(event);
        fingers.set(event.pointerId, from);
        stage.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onPointerUp={lift}
      onPointerCancel={(event) => fingers.delete(event.pointerId)}
    >
      <img
        class="file-picture"
        draggable={false}
        src={props.src}
        alt={props.alt}
        style={{ transform: `translate(${zoom().x}px, ${zoom().y}px) scale(${zoom().scale})` }}
      />
    </div>
  );
}
