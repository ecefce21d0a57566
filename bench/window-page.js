// What the bench of the window does inside the page. Plain JavaScript: the page has a document, the bench has none.

/** Scrolls by one tick after the other and lays out after each, as fast as it goes. Returns how many rows are drawn then. */
export function wheel(grid, { ticks, px }) {
  grid.scrollTop = 0;
  grid.dispatchEvent(new Event('scroll'));
  for (let tick = 0; tick < ticks; tick += 1) {
    grid.scrollTop += px;
    grid.dispatchEvent(new Event('scroll'));
    grid.lastElementChild?.lastElementChild?.offsetHeight;
  }
  return grid.querySelectorAll('[role=row]').length;
}

/** Scrolls by a tick a frame. Returns the script and layout of each, in ms. */
export async function wheelFrames(grid, { ticks, px }) {
  const took = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    grid.scrollTop += px;
    grid.dispatchEvent(new Event('scroll'));
    grid.lastElementChild?.lastElementChild?.offsetHeight;
    took.push(performance.now() - start);
  }
  return took;
}

/** Returns the times between so many frames, in ms. */
export async function frames(count) {
  const took = [];
  let before = await new Promise(requestAnimationFrame);
  for (let n = 0; n < count; n += 1) {
    const now = await new Promise(requestAnimationFrame);
    took.push(now - before);
    before = now;
  }
  return took;
}

/** Returns in how many of so many frames the bars say what goes, and in how many of these the inspector shows another plan. */
export async function differingPlans(count) {
  const bars = document.querySelector('section[aria-label="What it does"]');
  const inspector = document.querySelector('aside[aria-label="Inspector"]');
  let differing = 0;
  let compared = 0;
  for (let n = 0; n < count; n += 1) {
    await new Promise(requestAnimationFrame);
    const freed = bars.querySelector('[class*=freed]')?.textContent.replace(/^\D+/, '');
    if (freed === undefined) continue;
    compared += 1;
    if (!inspector.textContent.includes(freed)) differing += 1;
  }
  return { differing, compared };
}

/** Resolves when the window says that it has come to rest. */
export async function whenIdle() {
  while (!window.cachewrightTest) await new Promise(requestAnimationFrame);
  await window.cachewrightTest.whenIdle();
}
