/** How a picture lies on its stage: how many times larger than fitting, and how far its middle is moved, in pixels. */

export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
const LARGEST = 8;

/** Larger or smaller by `factor`; what lies at `at`, measured from the middle of the stage, stays there. */
export function zoomed(zoom: Zoom, factor: number, at: Point): Zoom {
  const scale = Math.min(LARGEST, Math.max(1, zoom.scale * factor));
  if (scale === 1) return WHOLE;
  const by = scale / zoom.scale;
  return { scale, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by };
}

/** Moved, but not off a stage of that size: some of the picture stays in its middle. */
export function moved(zoom: Zoom, by: Point, stage: { width: number; height: number }): Zoom {
  const within = (to: number, size: number) => {
    const most = ((zoom.scale - 1) * size) / 2;
    return Math.min(most, Math.max(-most, to));
  };
  return {
    scale: zoom.scale,
    x: within(zoom.x + by.x, stage.width),
    y: within(zoom.y + by.y, stage.height),
  };
}
