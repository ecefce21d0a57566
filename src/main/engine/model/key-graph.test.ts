import { expect, test } from 'vitest';
import { buildKeyGraph, inputsOf, usersOf } from './key-graph.ts';

/** Record 2 is found from 0 and 1 at its second input, and from 0 once more at its fourth; the others have no link. */
const graph = buildKeyGraph(
  {
    record: Uint32Array.of(2, 2, 2),
    input: Uint32Array.of(1, 1, 3),
    source: Uint32Array.of(0, 1, 0),
    selector: Uint32Array.of(0, 1, 0),
    selectors: ['', 'sha256:some'],
  },
  3,
);

test('inputs keep their positions, also behind one without a link', () => {
  expect(inputsOf(graph, 2)).toEqual([
    [],
    [
      { source: 0, selector: '' },
      { source: 1, selector: 'sha256:some' },
    ],
    [],
    [{ source: 0, selector: '' }],
  ]);
  expect(inputsOf(graph, 0)).toEqual([]);
});

test('users are listed once each, with their first link', () => {
  expect(usersOf(graph, 0, 9)).toEqual([{ user: 2, input: 1, selector: '' }]);
  expect(usersOf(graph, 1, 9)).toEqual([{ user: 2, input: 1, selector: 'sha256:some' }]);
  expect(usersOf(graph, 2, 9)).toEqual([]);
});
