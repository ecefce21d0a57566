import { formatBytes } from '../../../shared/base/bytes.ts';
import { formatDuration, parseTime } from '../../../shared/base/time.ts';
import type { GraphNode } from '../../../shared/model/graph.ts';

/** What the colour of a card says. */
export type ColourBy = 'kind' | 'size' | 'age';

/** Steps of a scale, faint to full. More cannot be told apart. */
export const STEPS = 5;

/** A scale of grey in five steps. */
export interface ColourScale {
  /** 0 faint to 4 full; undefined where the record has no such value. */
  readonly stepOf: (node: GraphNode) => number | undefined;
  /** What each step means, faint to full. */
  readonly labels: readonly string[];
}

/** The scale over the records of one graph; undefined for `kind`, which has colours of its own. */
export function colourScale(by: ColourBy, nodes: readonly GraphNode[]): ColourScale | undefined {
  if (by === 'size') return sizeScale(nodes);
  return by === 'age' ? ageScale(nodes) : undefined;
}

/** By what a step adds: each step of the scale is eight times the one before. */
function sizeScale(nodes: readonly GraphNode[]): ColourScale {
  const largest = nodes.reduce((max, node) => Math.max(max, node.addsBytes), 1);
  const from = Array.from({ length: STEPS }, (_, step) => (step === 0 ? 0 : largest / 8 ** (STEPS - step)));
  return {
    stepOf: (node) => from.findLastIndex((least) => node.addsBytes >= least),
    labels: from.map((least, step) => (step === 0 ? `adds less` : `from ${formatBytes(Math.ceil(least))}`)),
  };
}

/** By creation time: equal spans between the oldest and the newest, the newest full. */
function ageScale(nodes: readonly GraphNode[]): ColourScale {
  const times = nodes.map((node) => parseTime(node.createdAt)).filter((time) => time !== undefined);
  const oldest = times.reduce((min, time) => Math.min(min, time), Number.POSITIVE_INFINITY);
  const newest = times.reduce((max, time) => Math.max(max, time), Number.NEGATIVE_INFINITY);
  const span = Math.max(1, newest - oldest);
  return {
    stepOf: (node) => {
      const at = parseTime(node.createdAt);
      return at === undefined ? undefined : Math.min(STEPS - 1, Math.floor(((at - oldest) / span) * STEPS));
    },
    labels: Array.from({ length: STEPS }, (_, step) => {
      if (times.length === 0) return '';
      // Relative to each other: a build makes all its records within seconds.
      const before = formatDuration((span * (STEPS - 1 - step)) / STEPS);
      return step === STEPS - 1 ? 'newest' : `${before} before it, or more`;
    }),
  };
}

/** How strongly a step is painted. */
export function stepStrength(step: number): number {
  return [0.22, 0.4, 0.6, 0.8, 1][step] ?? 1;
}
