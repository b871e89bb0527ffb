import type { PointerEvent } from "react";

interface Follower {
  moved?: (event: globalThis.PointerEvent) => void;
  ended: (event: globalThis.PointerEvent) => void;
}

/** A hand trembles by that much. */
const STILL_PX = 3;

/** Follow a pointer from where it was pressed to where it is let go, wherever it goes meanwhile. */
export function follow(start: PointerEvent<SVGElement>, { moved, ended }: Follower): void {
  const element = start.currentTarget;
  let still = true;
  const move = (event: globalThis.PointerEvent) => {
    still &&= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < STILL_PX;
    if (!still) moved?.(event);
  };
  const stop = (event: globalThis.PointerEvent) => {
    element.removeEventListener("pointermove", move);
    for (const type of ["pointerup", "pointercancel"] as const) element.removeEventListener(type, stop);
    ended(event);
  };
  element.setPointerCapture(start.pointerId);
  element.addEventListener("pointermove", move);
  for (const type of ["pointerup", "pointercancel"] as const) element.addEventListener(type, stop);
}
