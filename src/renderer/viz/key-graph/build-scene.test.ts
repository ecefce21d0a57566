import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildScene } from './build-scene.ts';
import { indexGraph, type KeyGraph, mergeGraphs } from './key-graph.ts';
import type { Fold, Scene } from './scene.ts';
import { anyGraph, chainGraph, graphOf } from './testing/graphs.ts';
import { closeFold, openFold, unfoldedTo } from './unfolding.ts';

function cardsOf(graph: KeyGraph, scene: Scene): string[] {
  return [...scene.cardOf.keys()].map((node) => graph.nodes[node]?.id ?? '');
}

function foldsOf(scene: Scene): Fold[] {
  return scene.items.flatMap((item) => (item.kind === 'pill' ? [item.fold] : [...item.hangs]));
}

/** What a fold hides; for the rest of a long list with all that lies behind each of its members. */
function behind(graph: KeyGraph, fold: Fold): readonly number[] {
  if (!fold.kind.startsWith('more-')) return fold.hidden;
  const found = new Set(fold.hidden);
  for (const node of found) {
    const next =
      fold.kind === 'more-users'
        ? (graph.users[node] ?? []).map((user) => user.node)
        : (graph.inputs[node] ?? []).flatMap((slot) => slot.alternatives.map((a) => a.node));
    for (const other of next) found.add(other);
  }
  return [...found];
}

describe('indexGraph', () => {
  test('puts the record of a step before a content digest that will do as well', () => {
    const graph = indexGraph(graphOf('c', 'c <- #content/1, step/1, base/0'));
    const slots = graph.inputs[graph.focus]?.map((slot) => slot.alternatives.map((a) => graph.nodes[a.node]?.id));
    expect(slots).toEqual([['base'], ['step', '#content']]);
  });
});

describe('mergeGraphs', () => {
  test('a link that a second answer sends is not hidden any more', () => {
    const whole = graphOf('c', 'c <- b', 'b <- a', 'a <- z');
    const near = {
      ...whole,
      nodes: whole.nodes.filter((n) => n.id !== 'z').map((n) => (n.id === 'a' ? { ...n, hiddenInputs: 1 } : n)),
      edges: whole.edges.filter((e) => e.from !== 'z'),
    };
    const merged = mergeGraphs(near, graphOf('a', 'a <- z'));
    expect(merged.focus).toBe('c');
    expect(merged.nodes.map((n) => [n.id, n.hiddenInputs, n.hiddenUsers])).toEqual([
      ['b', 0, 0],
      ['c', 0, 0],
      ['a', 0, 0],
      ['z', 0, 0],
    ]);
  });

  test('merging twice changes nothing', () => {
    const graph = graphOf('c', 'c <- b/0, a/1', 'b <- a', 'd <- c', 'e <- a');
    expect(mergeGraphs(graph, graph)).toEqual(graph);
  });
});

describe('buildScene', () => {
  test('shows what is within the depth and counts what is behind each fold', () => {
    const graph = indexGraph(graphOf('d', 'd <- c/0, x/1', 'c <- b', 'b <- a', 'e <- d', 'f <- e'));
    const scene = buildScene(graph, unfoldedTo(1));
    expect(cardsOf(graph, scene).sort()).toEqual(['c', 'd', 'e', 'x']);
    expect(foldsOf(scene).map((f) => [f.key, f.count])).toEqual([
      ['inputs:c', 2],
      ['users:e', 1],
    ]);
  });

  test('counts users that are not drawn, and inputs of users', () => {
    const graph = indexGraph(graphOf('b', 'b <- a', 'other <- a', 'c <- b/0, side/1'));
    const folds = foldsOf(buildScene(graph, unfoldedTo(3)));
    expect(folds.map((f) => [f.key, f.count])).toEqual([
      ['other-users:a', 1],
      ['other-inputs:c', 1],
    ]);
  });

  test('a record has one card; a second link to it leads to that card', () => {
    const graph = indexGraph(graphOf('d', 'd <- base/0, c/1', 'c <- b', 'b <- base'));
    const scene = buildScene(graph, unfoldedTo(9));
    expect(cardsOf(graph, scene).sort()).toEqual(['b', 'base', 'c', 'd']);
    expect(foldsOf(scene).map((f) => [f.key, f.count])).toEqual([
      ['other-users:base', 1],
      ['elsewhere:b', 1],
    ]);
  });

  test('a link between adjacent columns is drawn', () => {
    const graph = indexGraph(graphOf('d', 'd <- b/0, c/1', 'b <- a', 'c <- a'));
    const scene = buildScene(graph, unfoldedTo(9));
    const ends = scene.crossLinks.map((l) =>
      [l.from, l.to].map((i) => (scene.items[i]?.kind === 'card' ? scene.items[i]?.key : '')),
    );
    expect(ends).toEqual([['record:a', 'record:c']]);
  });

  test('opening a fold leads one level further, closing takes it back', () => {
    const graph = indexGraph(graphOf('d', 'd <- c', 'c <- b', 'b <- a'));
    const open = openFold(unfoldedTo(1), 'inputs:c', 1);
    expect(cardsOf(graph, buildScene(graph, open))).toEqual(['d', 'c', 'b']);
    expect(cardsOf(graph, buildScene(graph, closeFold(open, 'inputs:c')))).toEqual(['d', 'c']);
    expect(cardsOf(graph, buildScene(graph, closeFold(unfoldedTo(3), 'inputs:d')))).toEqual(['d']);
  });

  test('a chain of 5,000 records is a pill between its ends, and opens bit by bit', () => {
    const graph = indexGraph(chainGraph(5000));
    const scene = buildScene(graph, unfoldedTo(10_000));
    expect(cardsOf(graph, scene)).toEqual(['n0', 'n4999']);
    expect(foldsOf(scene).map((f) => [f.kind, f.count])).toEqual([['chain', 4998]]);
    const opened = buildScene(graph, openFold(unfoldedTo(10_000), 'chain:n1', 8));
    expect(cardsOf(graph, opened)).toHaveLength(10);
    expect(foldsOf(opened).map((f) => f.count)).toEqual([4990]);
    const all = buildScene(graph, openFold(unfoldedTo(10_000), 'chain:n1', 5000));
    expect(cardsOf(graph, all)).toHaveLength(5000);
  });

  test('a short depth does not fold a chain', () => {
    const graph = indexGraph(chainGraph(50));
    const scene = buildScene(graph, unfoldedTo(3));
    expect(cardsOf(graph, scene)).toEqual(['n0', 'n1', 'n2', 'n3']);
    expect(foldsOf(scene).map((f) => [f.key, f.count])).toEqual([['inputs:n3', 46]]);
  });

  test('a long list of inputs is cut, with the exact rest', () => {
    const inputs = Array.from({ length: 300 }, (_, i) => `i${i}/${i}`).join(', ');
    const graph = indexGraph(graphOf('f', `f <- ${inputs}`));
    const scene = buildScene(graph, unfoldedTo(1));
    expect(scene.cards).toBe(13);
    expect(foldsOf(scene).map((f) => [f.key, f.count])).toEqual([['more-inputs:f', 288]]);
    expect(buildScene(graph, openFold(unfoldedTo(1), 'more-inputs:f', 12)).cards).toBe(25);
  });

  test('every loaded record is drawn, or behind a fold that can be opened', () => {
    fc.assert(
      fc.property(anyGraph(40), fc.integer({ min: 0, max: 6 }), (sent, depth) => {
        const graph = indexGraph(sent);
        const scene = buildScene(graph, unfoldedTo(depth));
        const reachable = new Set([...scene.cardOf.keys(), ...foldsOf(scene).flatMap((f) => behind(graph, f))]);
        expect(reachable.size).toBe(graph.nodes.length);
        for (const fold of foldsOf(scene)) {
          if (fold.kind === 'inputs' || fold.kind === 'users' || fold.kind.startsWith('more-')) {
            expect(fold.hidden.some((node) => scene.cardOf.has(node))).toBe(false);
          }
        }
      }),
    );
  });

  test('opening every fold in any order ends with every record drawn', () => {
    fc.assert(
      fc.property(anyGraph(30), fc.infiniteStream(fc.nat()), (sent, choices) => {
        const graph = indexGraph(sent);
        let unfolding = unfoldedTo(1);
        for (let step = 0; step < 200; step++) {
          const scene = buildScene(graph, unfolding);
          const closed = foldsOf(scene).filter((f) => !f.kind.startsWith('other') && f.kind !== 'elsewhere');
          const fold = closed[choices.next().value % Math.max(1, closed.length)];
          if (fold === undefined) {
            expect(scene.cards).toBe(graph.nodes.length);
            return;
          }
          unfolding = openFold(unfolding, fold.key, 1);
        }
        throw new Error('a fold does not open');
      }),
    );
  });
});
