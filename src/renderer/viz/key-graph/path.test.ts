import { describe, expect, test } from 'vitest';
import { buildScene } from './build-scene.ts';
import { indexGraph } from './key-graph.ts';
import { layOut } from './layout.ts';
import { linkLines } from './links.ts';
import { drawnPath, mainLine } from './path.ts';
import { graphOf } from './testing/graphs.ts';
import { unfoldedTo } from './unfolding.ts';

describe('mainLine', () => {
  test('follows the first input, and a step rather than a content digest', () => {
    const graph = indexGraph(graphOf('d', 'd <- #x/0, c/0, y/1', 'c <- b', 'b <- a/0, #z/1'));
    expect(mainLine(graph, 'd')?.map((node) => node.id)).toEqual(['a', 'b', 'c', 'd']);
    expect(mainLine(graph, 'b')?.map((node) => node.id)).toEqual(['a', 'b']);
  });

  test('is not known where it leads out of what is loaded', () => {
    const sent = graphOf('b', 'b <- a');
    const nodes = sent.nodes.map((n) => (n.id === 'a' ? { ...n, hiddenInputs: 1 } : n));
    expect(mainLine(indexGraph({ ...sent, nodes }), 'b')).toBeUndefined();
    expect(mainLine(indexGraph(sent), 'nowhere')).toBeUndefined();
  });
});

describe('drawnPath', () => {
  test('runs over cards, then into the fold that hides the rest', () => {
    const graph = indexGraph(graphOf('d', 'd <- c/0, x/1', 'c <- b', 'b <- a'));
    const scene = buildScene(graph, unfoldedTo(1));
    const path = drawnPath(graph, scene, ['a', 'b', 'c', 'd']);
    expect([...path.items].map((item) => scene.items[item]?.key)).toEqual(['record:d', 'record:c']);
    expect([...path.folds]).toEqual(['inputs:c']);
    const lines = linkLines(graph, scene, layOut(graph, scene, new Set()), () => '');
    expect(lines.filter(path.isOn).map((line) => scene.items[line.from]?.key)).toEqual(['record:c']);
  });
});
