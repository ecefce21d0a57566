import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildKeyGraph, eachNeighbour, type KeyGraph } from '../model/key-graph.ts';
import { runSteps } from '../streams/steps.ts';
import { deriveCatalog } from './derive.ts';
import { arbitrarySource } from './testing/arbitrary-source.ts';
import { smallSource } from './testing/small-source.ts';
import { countReach, neighbourhood, pathToRoot } from './walks.ts';

async function graphOf(inputs: readonly (readonly number[])[]): Promise<KeyGraph> {
  const records = inputs.map((sources, n) => ({ digest: `r${n}`, inputs: sources.map((link) => [{ link }]) }));
  const columns = runSteps(deriveCatalog(await smallSource({ caches: [{ config: { records } }], sizes: {} })));
  return buildKeyGraph(columns.links, columns.records.count);
}

/** Records within a number of links, the slow way. */
function within(graph: KeyGraph, from: number, depth: number, direction: 'inputs' | 'users'): Map<number, number> {
  const found = new Map([[from, 0]]);
  for (let level = 1; level <= depth; level += 1) {
    for (const [record, distance] of [...found]) {
      if (distance !== level - 1) continue;
      for (const link of graph.links.record.keys()) {
        const [source, user] = [graph.links.source[link] ?? -1, graph.links.record[link] ?? -1];
        const [own, other] = direction === 'inputs' ? [user, source] : [source, user];
        if (own === record && !found.has(other)) found.set(other, level);
      }
    }
  }
  return found;
}

//   0   1   2     3: 0, 1    4: 1, 2    5: 3, 4    6: 5    7: 5, 0
const DIAMOND = [[], [], [], [0, 1], [1, 2], [3, 4], [5], [5, 0]];

describe('walks along links', () => {
  test('a neighbourhood has both sides, nearest first, and no siblings', async () => {
    const graph = await graphOf(DIAMOND);
    const all = neighbourhood(graph, {
      from: 3,
      depth: 9,
      directions: ['inputs', 'users'],
      maxRecords: 99,
      maxLinks: 1000,
    });
    expect(all.records).toEqual([3, 0, 1, 5, 6, 7]);
    expect(all.distances).toEqual([0, -1, -1, 1, 2, 2]);
    expect(all.links.map((link) => [graph.links.source[link], graph.links.record[link]])).toEqual([
      [0, 3],
      [1, 3],
      [3, 5],
      [5, 6],
      [5, 7],
      [0, 7],
    ]);
    expect(all.hiddenInputs).toEqual([0, 0, 0, 1, 0, 0]);
    expect(all.hiddenUsers).toEqual([0, 0, 1, 0, 0, 0]);
    expect(all.truncated).toBe(false);
  });

  test('a limit keeps the nearest and says that it cut', async () => {
    const graph = await graphOf(DIAMOND);
    const cut = neighbourhood(graph, {
      from: 5,
      depth: 9,
      directions: ['inputs', 'users'],
      maxRecords: 4,
      maxLinks: 1000,
    });
    expect(cut).toMatchObject({ records: [5, 3, 4, 6], distances: [0, -1, -1, 1], truncated: true });
    expect(cut.hiddenUsers).toEqual([1, 0, 0, 0]);
    const whole = neighbourhood(graph, {
      from: 5,
      depth: 1,
      directions: ['inputs', 'users'],
      maxRecords: 5,
      maxLinks: 1000,
    });
    expect(whole).toMatchObject({ records: [5, 3, 4, 6, 7], truncated: false });
  });

  test('agree with the slow way on any source', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySource, fc.nat(), fc.integer({ min: 0, max: 4 }), async (source, pick, depth) => {
        const columns = runSteps(deriveCatalog(await smallSource(source)));
        const { count } = columns.records;
        fc.pre(count > 0);
        const graph = buildKeyGraph(columns.links, count);
        const from = pick % count;
        for (const direction of ['inputs', 'users'] as const) {
          const found = neighbourhood(graph, {
            from,
            depth,
            directions: [direction],
            maxRecords: 1000,
            maxLinks: 1000,
          });
          const expected = within(graph, from, depth, direction);
          const distances = found.records.map((record, i) => [record, Math.abs(found.distances[i] ?? 0)] as const);
          expect(new Map(distances)).toEqual(expected);
          expect(countReach(graph, from, direction)).toBe(within(graph, from, count, direction).size - 1);
        }
        const path = pathToRoot(graph, from);
        const [root = -1] = path;
        expect(columns.records.inputs[root]).toBe(0);
        expect(path.at(-1)).toBe(from);
        const roots = [...within(graph, from, count, 'inputs')].filter(
          ([record]) => columns.records.inputs[record] === 0,
        );
        expect(path.length - 1).toBe(Math.min(...roots.map(([, distance]) => distance)));
        for (const [index, record] of path.entries()) {
          const next = path[index + 1];
          const users: number[] = [];
          eachNeighbour(graph, record, 'users', (user) => users.push(user) > 0);
          if (next !== undefined) expect(users).toContain(next);
        }
      }),
      { numRuns: 300 },
    );
  });
});
