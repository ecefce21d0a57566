import { formatCount } from '../../../shared/base/bytes.ts';
import type { KeyGraph } from './key-graph.ts';
import type { Fold } from './scene.ts';

/** What stands on a fold: the exact count, drawn stronger, and what it counts. */
export interface FoldText {
  readonly count: string;
  readonly words: string;
}

/** `+8 deps 1–5, content` for inputs, `+3 users to the end`, `+4 other users`, `+4,998 steps`. */
export function foldText(graph: KeyGraph, fold: Fold): FoldText {
  const count = `+${formatCount(countOf(fold))}`;
  switch (fold.kind) {
    case 'inputs':
      return { count, words: fold.hidden.length === 0 ? plural(fold.unloaded, 'input') : withMore(graph, fold) };
    case 'users':
      return { count, words: usersText(graph, fold) };
    case 'chain':
      return { count, words: plural(fold.count, 'step') };
    case 'more-inputs':
      return { count, words: `${plural(fold.count, 'input')}${beyond(fold)}` };
    case 'more-users':
      return { count, words: `${plural(fold.count, 'user')}${beyond(fold)}` };
    case 'more-alternatives':
      return { count, words: plural(fold.count, 'alternative') };
    case 'other-users':
      return { count, words: `other ${plural(fold.count, 'user')}` };
    case 'other-inputs':
      return { count, words: plural(fold.count, 'input') };
    case 'elsewhere':
      return { count: '', words: `from ${stepWords(graph, fold.hidden)}` };
  }
}

/** The number a fold shows: loaded records behind it or, where none are loaded, links that lead on. */
function countOf(fold: Fold): number {
  return fold.hidden.length === 0 ? Math.max(fold.count, fold.unloaded) : fold.count;
}

/** Where more lies behind a fold than is loaded, its count is a lower bound: say so. */
function beyond(fold: Fold): string {
  return fold.unloaded > 0 ? ' and more' : '';
}

function withMore(graph: KeyGraph, fold: Fold): string {
  return stageWords(graph, fold.hidden) + beyond(fold);
}

function usersText(graph: KeyGraph, fold: Fold): string {
  const words = plural(countOf(fold), 'user');
  if (fold.unloaded > 0) return fold.hidden.length === 0 ? words : `${words} and more`;
  // One straight line to a record that nobody uses: the end of the build.
  const isLine = fold.hidden.every((node) => (graph.users[node]?.length ?? 0) <= 1);
  return isLine ? `${words} to the end` : words;
}

/** `deps 1–5, content`: which stages, and which of their steps. At most two groups. */
function stageWords(graph: KeyGraph, nodes: readonly number[]): string {
  const stages = new Map<string, number[]>();
  for (const node of nodes) {
    const record = graph.nodes[node];
    const isContent = record?.kind === 'content';
    const match = isContent ? null : /^(.*?)(?: (\d+)\/\d+)?$/.exec(record?.stage ?? '');
    const name = isContent ? 'content' : record?.stage === undefined ? 'step' : (match?.[1] ?? '');
    const steps = stages.get(name) ?? [];
    if (match?.[2] !== undefined) steps.push(Number(match[2]));
    stages.set(name, steps);
  }
  const onlySteps = stages.size === 1 && (stages.has('step') || stages.has('content'));
  if (onlySteps) return plural(nodes.length, stages.has('step') ? 'record' : 'content digest');
  const named = [...stages].filter(([name]) => name !== 'step' && name !== 'content');
  if (named.length === 0) return plural(nodes.length, 'record');
  const words = named
    .slice(0, 2)
    .map(([name, steps]) => (named.length > 2 ? name : `${name} ${rangeWords(steps)}`.trim()));
  if (named.length > 2) words.push('…');
  else if (stages.has('content')) words.push('content');
  else if (stages.has('step')) words.push(plural(nodes.length, 'record'));
  return words.join(', ');
}

/** `1–5`, `1, 2`, `3`. */
function rangeWords(steps: readonly number[]): string {
  const sorted = [...new Set(steps)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return '';
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${first}–${last}`;
  return sorted.length > 3 ? `${first}–${last}` : sorted.join(', ');
}

function stepWords(graph: KeyGraph, nodes: readonly number[]): string {
  const [first] = nodes;
  if (nodes.length > 1 || first === undefined) return `${formatCount(nodes.length)} drawn records`;
  const record = graph.nodes[first];
  return record?.stage ?? record?.name ?? (record?.kind === 'content' ? 'content' : 'a drawn record');
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
