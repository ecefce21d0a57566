import type { KeyGraph } from './key-graph.ts';
import { type Fold, type FoldKind, foldKey } from './scene.ts';

/** How a fold is counted. */
interface FoldOptions {
  /** Links of the owner itself, that way, which are not loaded. */
  readonly notLoaded?: number;
  /** `false`: what its members lead to is not behind it. */
  readonly leadsOn?: boolean;
}

/**
 * A fold whose members are found at the first question: a large graph has hundreds of folds, of which a few are looked
 * at, and finding what lies behind one is linear in the graph.
 */
export function makeFold(
  graph: KeyGraph,
  kind: FoldKind,
  owner: number,
  find: () => readonly number[],
  { notLoaded = 0, leadsOn = true }: FoldOptions = {},
): Fold {
  let found: readonly number[] | undefined;
  const hidden = (): readonly number[] => {
    found ??= find();
    return found;
  };
  const isSideways = kind === 'other-users' || kind === 'other-inputs';
  return {
    key: foldKey(graph, kind, owner),
    kind,
    owner,
    get hidden() {
      return hidden();
    },
    get count() {
      return hidden().length + (isSideways ? notLoaded : 0);
    },
    get unloaded() {
      return notLoaded + (leadsOn ? linksBeyond(graph, kind, hidden()) : 0);
    },
  };
}

/** Links of records, away from the focus, that are not loaded. */
function linksBeyond(graph: KeyGraph, kind: FoldKind, nodes: readonly number[]): number {
  const isUsers = kind === 'users' || kind === 'more-users';
  return nodes.reduce((sum, node) => {
    const record = graph.nodes[node];
    return sum + ((isUsers ? record?.hiddenUsers : record?.hiddenInputs) ?? 0);
  }, 0);
}
