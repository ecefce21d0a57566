import { describe, expect, test } from 'vitest';
import { buildScene } from './build-scene.ts';
import { indexGraph } from './key-graph.ts';
import { layOut } from './layout.ts';
import { type Step, spotAt, spotsOf, walk } from './spots.ts';
import { graphOf } from './testing/graphs.ts';
import { unfoldedTo } from './unfolding.ts';

const graph = indexGraph(
  graphOf('f', 'f <- a/0, b/1, #x/1, c/2', 'b <- d', 'd <- e', 'u <- f', 'w <- f', 'v <- u', 'z <- v', 'y <- c'),
);
const scene = buildScene(graph, unfoldedTo(2));
const spots = spotsOf(layOut(graph, scene, new Set()));

function go(from: string, ...steps: readonly Step[]): string | undefined {
  let spot = spots.find((s) => s.key === from);
  for (const step of steps) spot = spot && walk(scene, spots, spot, step);
  return spot?.key;
}

describe('walk', () => {
  test('left and right follow links on the input side', () => {
    expect(go('record:f', 'left')).toBe('record:b');
    expect(go('record:f', 'left', 'left')).toBe('record:d');
    expect(go('record:d', 'right', 'right')).toBe('record:f');
    expect(go('record:a', 'right')).toBe('record:f');
  });

  test('up and down go along the column, over alternatives and folds', () => {
    expect(go('record:b', 'down')).toBe('record:#x');
    expect(go('record:b', 'up')).toBe('record:a');
    expect(go('record:c', 'down')).toBe('other-users:c');
    expect(go('record:d', 'down')).toBe('inputs:d');
    expect(go('inputs:d', 'right')).toBe('record:d');
  });

  test('down and up follow links below the focus, left and right go along the row', () => {
    expect(go('record:f', 'down')).toBe('record:u');
    expect(go('record:f', 'right')).toBe('record:u');
    expect(go('record:u', 'down')).toBe('record:v');
    expect(go('record:v', 'down')).toBe('users:v');
    expect(go('users:v', 'up', 'up', 'up')).toBe('record:f');
    expect(go('record:u', 'right')).toBe('record:w');
    expect(go('record:w', 'left')).toBe('record:u');
  });

  test('a step that leads nowhere stays', () => {
    expect(go('record:f', 'up')).toBeUndefined();
    expect(go('record:a', 'left')).toBeUndefined();
  });
});

test('spotAt finds what is drawn at a point', () => {
  expect(spotAt(spots, 10, 10)?.key).toBe('record:f');
  expect(spotAt(spots, 5000, 5000)).toBeUndefined();
});
