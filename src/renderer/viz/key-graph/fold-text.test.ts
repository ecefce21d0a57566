import { describe, expect, test } from 'vitest';
import { buildScene } from './build-scene.ts';
import { foldText } from './fold-text.ts';
import { indexGraph } from './key-graph.ts';
import { chainGraph, graphOf } from './testing/graphs.ts';
import { unfoldedTo } from './unfolding.ts';

/** Texts of all folds of a graph whose records have stages by id: `deps1` is `deps 1/5`. */
function texts(depth: number, sent = graphOf('f')): string[] {
  const nodes = sent.nodes.map((node) => {
    const match = /^([a-z]{2,})(\d)$/.exec(node.id);
    return match ? { ...node, stage: `${match[1]} ${match[2]}/5` } : node;
  });
  const graph = indexGraph({ ...sent, nodes });
  const scene = buildScene(graph, unfoldedTo(depth));
  const folds = scene.items.flatMap((item) => (item.kind === 'pill' ? [item.fold] : item.hangs));
  return folds.map((fold) => {
    const { count, words } = foldText(graph, fold);
    return `${count} ${words}`.trim();
  });
}

describe('foldText', () => {
  test('names the stages behind it with their steps', () => {
    const sent = graphOf(
      'f',
      'f <- a',
      'a <- deps5',
      'deps5 <- deps4',
      'deps4 <- deps3',
      'deps3 <- deps2/0, #c/1',
      'deps2 <- deps1',
    );
    expect(texts(1, sent)).toEqual(['+6 deps 1–5, content']);
  });

  test('counts records where no stage is known', () => {
    expect(texts(1, graphOf('f', 'f <- a', 'a <- b', 'b <- c'))).toEqual(['+2 records']);
    expect(texts(1, graphOf('f', 'f <- a', 'a <- #b'))).toEqual(['+1 content digest']);
    expect(texts(1, graphOf('f', 'f <- a', 'a <- b/0, #c/1'))).toEqual(['+2 records']);
  });

  test('says where a line of users ends', () => {
    expect(texts(1, graphOf('f', 'u <- f', 'v <- u', 'w <- v'))).toEqual(['+2 users to the end']);
  });

  test('says when more lies behind it than is loaded', () => {
    const sent = graphOf('f', 'f <- a', 'a <- b');
    const nodes = sent.nodes.map((n) => (n.id === 'b' ? { ...n, hiddenInputs: 3 } : n));
    expect(texts(1, { ...sent, nodes })).toEqual(['+1 record and more']);
  });

  test('counts links where nothing behind it is loaded', () => {
    const sent = graphOf('f', 'f <- a');
    const nodes = sent.nodes.map((n) => (n.id === 'a' ? { ...n, hiddenInputs: 3 } : n));
    expect(texts(1, { ...sent, nodes })).toEqual(['+3 inputs']);
  });

  test('names what a chain holds', () => {
    expect(texts(9999, chainGraph(5000))).toEqual(['+4998 steps']);
  });
});
