import { useEffect, useState } from 'react';
import type { Graph } from '../../../shared/model/graph.ts';
import { nameSelectors, selectorCandidates } from './selector-names.ts';

const NONE: ReadonlyMap<string, string> = new Map();

/** The paths behind the selectors of a graph, as far as they can be told. Empty at first, and kept while it grows. */
export function useSelectorNames(graph: Graph | undefined): ReadonlyMap<string, string> {
  const [names, setNames] = useState(NONE);
  useEffect(() => {
    // Hashing is there only where the page's origin is trusted: loopback, or the window's own scheme.
    if (!graph || !window.isSecureContext) return;
    let isCurrent = true;
    const selectors = new Set(graph.edges.map((edge) => edge.selector).filter((selector) => selector !== ''));
    nameSelectors(selectors, selectorCandidates(graph.nodes)).then((found) => {
      if (isCurrent) setNames((known) => (isSame(known, found) ? known : found));
    });
    return () => {
      isCurrent = false;
    };
  }, [graph]);
  return names;
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
