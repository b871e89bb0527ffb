let last: Promise<unknown> = Promise.resolve();

/**
 * Draw when those that asked before have drawn, each in a frame of its own: the first chart of a page is seen at once,
 * and between two the page hears what somebody types.
 *
 * @returns What takes it back, if it has not begun.
 */
export function drawInTurn(draw: () => Promise<unknown>): () => void {
  let wanted = true;
  last = last.then(async () => {
    if (!wanted) return;
    await nextFrame();
    if (wanted) await draw();
  });
  return () => {
    wanted = false;
  };
}

/** When what the page shows by now is on the screen. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
}
