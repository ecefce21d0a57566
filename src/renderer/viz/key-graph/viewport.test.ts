import { describe, expect, test } from 'vitest';
import { firstView, fitView, reveal, toScreen, toWorld, ZOOM, zoomAt } from './viewport.ts';

const size = { width: 800, height: 600 };
const inset = { left: 10, top: 40, right: 10, bottom: 10 };

describe('viewport', () => {
  test('zooming keeps the point under the pointer', () => {
    const view = { x: 30, y: -20, scale: 0.7 };
    const before = toWorld(view, 200, 100);
    const after = toWorld(zoomAt(view, 1.25, 200, 100), 200, 100);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  test('zoom stops at its limits', () => {
    expect(zoomAt({ x: 0, y: 0, scale: 1 }, 100, 5, 5).scale).toBe(ZOOM.max);
    expect(zoomAt({ x: 0, y: 0, scale: 1 }, 0.0001, 5, 5).scale).toBe(ZOOM.min);
  });

  test('fit shows all of it and enlarges nothing', () => {
    const bounds = { x: -500, y: -100, width: 1000, height: 300 };
    const view = fitView(bounds, size, inset);
    expect(toScreen(view, -500, 0).x).toBeCloseTo(10);
    expect(toScreen(view, 500, 0).x).toBeCloseTo(790);
    expect(fitView({ x: 0, y: 0, width: 20, height: 20 }, size, inset).scale).toBe(1);
  });

  test('the first view of a long chain can be read and has the focus at the right edge', () => {
    const focus = { x: 0, y: 0, width: 154, height: 80 };
    const view = firstView({ x: -50_000, y: 0, width: 50_154, height: 80 }, focus, size, inset);
    expect(view.scale).toBe(1);
    expect(toScreen(view, 154, 0).x).toBeCloseTo(790);
  });

  test('reveal moves no more than is needed', () => {
    const view = { x: 0, y: 0, scale: 1 };
    expect(reveal(view, { x: 100, y: 100, width: 154, height: 44 }, size, inset)).toEqual(view);
    expect(reveal(view, { x: -200, y: 100, width: 154, height: 44 }, size, inset)).toEqual({ x: 210, y: 0, scale: 1 });
  });
});
