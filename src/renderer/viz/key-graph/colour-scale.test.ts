import { describe, expect, test } from 'vitest';
import type { GraphNode } from '../../../shared/model/graph.ts';
import { colourScale } from './colour-scale.ts';
import { chainGraph } from './testing/graphs.ts';

function nodes(values: readonly Partial<GraphNode>[]): GraphNode[] {
  return chainGraph(values.length).nodes.map((node, i) => ({ ...node, ...values[i] }));
}

describe('colourScale', () => {
  test('by size: the largest is full, nothing is faint', () => {
    const all = nodes([{ addsBytes: 0 }, { addsBytes: 4096 }, { addsBytes: 300 }, { addsBytes: 512 }]);
    const scale = colourScale('size', all);
    expect(all.map((node) => scale?.stepOf(node))).toEqual([0, 4, 3, 4]);
    expect(scale?.labels.at(-1)).toBe('from 512 B');
  });

  test('by age: the newest is full; without a time there is no step', () => {
    const all = nodes([
      { createdAt: '2026-01-01T00:00:00Z' },
      { createdAt: '2026-01-02T00:00:00Z' },
      { createdAt: '2026-01-01T11:59:00Z' },
      {},
    ]);
    const scale = colourScale('age', all);
    expect(all.map((node) => scale?.stepOf(node))).toEqual([0, 4, 2, undefined]);
    expect(scale?.labels.slice(-2)).toEqual(['4 h 48 m before it, or more', 'newest']);
  });

  test('kinds have colours of their own', () => {
    expect(colourScale('kind', [])).toBeUndefined();
  });
});
