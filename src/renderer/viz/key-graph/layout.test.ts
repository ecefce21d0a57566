import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildScene } from './build-scene.ts';
import { FAN_LIMIT } from './grow-tree.ts';
import { indexGraph, type KeyGraph } from './key-graph.ts';
import { type Box, type Layout, layOut, SIZE } from './layout.ts';
import type { Scene } from './scene.ts';
import { anyGraph, chainGraph, graphOf } from './testing/graphs.ts';
import { openFold, type Unfolding, unfoldedTo } from './unfolding.ts';

function draw(graph: KeyGraph, unfolding: Unfolding): { scene: Scene; layout: Layout } {
  const scene = buildScene(graph, unfolding);
  return { scene, layout: layOut(graph, scene, new Set(unfolding.opened.keys())) };
}

/** Index of the item straight before the focus: what stands higher only ever moves up, what stands lower down. */
function straightItem({ items }: Scene): number | undefined {
  const inputs = items[0]?.stacks.filter((stack) => items[stack[0] ?? 0]?.side === 'input') ?? [];
  return inputs[Math.max(0, Math.floor((Math.min(inputs.length, FAN_LIMIT.inputs) - 1) / 2))]?.[0];
}

function allBoxes(layout: Layout): { key: string; box: Box }[] {
  return layout.placed.flatMap(({ item, box, hangs }) => [
    { key: item.key, box },
    ...hangs.map((hang) => ({ key: hang.fold.key, box: hang.box })),
  ]);
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function overlaps(layout: Layout): string[] {
  const boxes = allBoxes(layout);
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b) => (overlap(a.box, b.box) ? [`${a.key} ${b.key}`] : [])),
  );
}

const boxesByKey = (layout: Layout) => new Map(allBoxes(layout).map(({ key, box }) => [key, box]));

describe('layOut', () => {
  test('inputs stand to the left, users below, the middle input straight before the focus', () => {
    const graph = indexGraph(graphOf('f', 'f <- a/0, b/1, c/2', 'b <- d', 'u <- f', 'v <- u'));
    const at = boxesByKey(draw(graph, unfoldedTo(3)).layout);
    expect(at.get('record:f')).toEqual({ x: 0, y: 0, width: 154, height: 80 });
    const middle = SIZE.focusHeight / 2;
    expect(at.get('record:b')).toMatchObject({ x: -SIZE.columnPitch, y: middle - 22 });
    expect(at.get('record:d')).toMatchObject({ x: -2 * SIZE.columnPitch, y: middle - 22 });
    expect(at.get('record:a')?.y).toBeLessThan(at.get('record:b')?.y ?? 0);
    expect(at.get('record:c')?.y).toBeGreaterThan(at.get('record:b')?.y ?? 0);
    expect(at.get('record:u')).toMatchObject({ x: 0, y: 140 });
    expect(at.get('record:v')).toMatchObject({ x: 0, y: 244 });
  });

  test('an alternative hangs below the input it replaces', () => {
    const graph = indexGraph(graphOf('f', 'f <- a/0, #x/0'));
    const at = boxesByKey(draw(graph, unfoldedTo(1)).layout);
    const [a, x] = [at.get('record:a'), at.get('record:#x')];
    expect(x).toMatchObject({ x: a?.x, y: (a?.y ?? 0) + SIZE.card.height + SIZE.alternativeGap });
  });

  test('nothing overlaps, in any graph with anything open', () => {
    fc.assert(
      fc.property(
        anyGraph(60),
        fc.integer({ min: 0, max: 8 }),
        fc.array(fc.nat(59), { maxLength: 8 }),
        (sent, depth, opened) => {
          const graph = indexGraph(sent);
          let unfolding = unfoldedTo(depth);
          for (const node of opened) {
            const id = graph.nodes[node % graph.nodes.length]?.id ?? '';
            unfolding = openFold(openFold(unfolding, `inputs:${id}`, 2), `users:${id}`, 2);
          }
          expect(overlaps(draw(graph, unfolding).layout)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('the same graph gives the same layout', () => {
    fc.assert(
      fc.property(anyGraph(40), fc.integer({ min: 0, max: 5 }), (sent, depth) => {
        const [one, two] = [draw(indexGraph(sent), unfoldedTo(depth)), draw(indexGraph(sent), unfoldedTo(depth))];
        expect(two.layout).toEqual(one.layout);
      }),
    );
  });

  test('opening a fold never moves a card sideways on the input side, nor towards the focus', () => {
    fc.assert(
      fc.property(anyGraph(50), fc.integer({ min: 1, max: 3 }), fc.nat(), (sent, depth, choice) => {
        const graph = indexGraph(sent);
        const before = draw(graph, unfoldedTo(depth));
        const folds = before.layout.placed.flatMap((p) => [...p.hangs]).filter((h) => h.fold.kind === 'inputs');
        const fold = folds[choice % Math.max(1, folds.length)]?.fold;
        if (fold === undefined) return;
        const after = boxesByKey(draw(graph, openFold(unfoldedTo(depth), fold.key, 1)).layout);
        const middle = before.layout.placed[straightItem(before.scene) ?? -1]?.box.y ?? 0;
        for (const { item, box } of before.layout.placed) {
          const now = after.get(item.key);
          if (item.kind !== 'card') continue;
          expect(now?.x).toBe(box.x);
          if (item.side !== 'input') expect(now).toEqual(box);
          // What lies above the focus is only pushed up, what lies below it only down.
          else if (now && now.y !== box.y)
            expect(Math.abs(now.y - middle)).toBeGreaterThan(Math.abs(box.y - middle) - 22);
        }
        const owner = before.layout.placed.find((p) => p.item.kind === 'card' && p.item.node === fold.owner);
        expect(after.get(owner?.item.key ?? '')?.x).toBe(owner?.box.x);
      }),
      { numRuns: 300 },
    );
  });

  test('opening a fold at the end of a straight line moves nothing', () => {
    const graph = indexGraph(
      graphOf('f', 'f <- a/0, b/1, c/2', 'a <- a1', 'b <- b1', 'c <- c1', 'b1 <- b2', 'c1 <- c2'),
    );
    const before = boxesByKey(draw(graph, unfoldedTo(1)).layout);
    const after = boxesByKey(draw(graph, openFold(unfoldedTo(1), 'inputs:b', 1)).layout);
    for (const key of ['record:f', 'record:a', 'record:b', 'record:c']) expect(after.get(key)).toEqual(before.get(key));
  });

  test('an open chain of 5,000 records is one straight line', () => {
    const graph = indexGraph(chainGraph(5000));
    const { layout } = draw(graph, openFold(unfoldedTo(10_000), 'chain:n1', 5000));
    expect(layout.placed).toHaveLength(5000);
    expect(new Set(layout.placed.slice(1).map((p) => p.box.y)).size).toBe(1);
    expect(layout.bounds.width).toBe(4999 * SIZE.columnPitch + SIZE.card.width);
  });
});
