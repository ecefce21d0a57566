import type { Graph, GraphEdge, GraphNode } from '../../../shared/model/graph.ts';

/** One way to satisfy an input: the record it links to, by index into `nodes`, and the selector digest or "". */
export interface Alternative {
  readonly node: number;
  readonly selector: string;
}

/** An input position of a record with the alternatives that are loaded, the one to draw first in front. */
export interface InputSlot {
  readonly input: number;
  readonly alternatives: readonly Alternative[];
}

/** A record that uses another one, and at which input. `rank` is the alternative's place in its slot, 0 the first. */
export interface UserLink {
  readonly node: number;
  readonly input: number;
  readonly selector: string;
  readonly rank: number;
}

/** A neighbourhood with its links by record in both directions. Indexes are places in `nodes`. */
export interface KeyGraph {
  readonly focus: number;
  readonly nodes: readonly GraphNode[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly inputs: readonly (readonly InputSlot[])[];
  readonly users: readonly (readonly UserLink[])[];
  /** The records that one can be made from, and those that use it, each once. */
  readonly inputNodes: readonly (readonly number[])[];
  readonly userNodes: readonly (readonly number[])[];
  /** Records in the whole source. */
  readonly total: number;
  readonly truncated: boolean;
}

/**
 * Indexes what `graph.neighbourhood` answered. Slots are in input order. Within a slot a record that was made by a
 * step comes before a content digest: both will do, but the step is what a person looks for.
 * Links with an end that was not sent are left out; `hiddenInputs` and `hiddenUsers` count them.
 */
export function indexGraph(graph: Graph): KeyGraph {
  const indexOf = new Map(graph.nodes.map((node, index) => [node.id, index]));
  const slotsOf = graph.nodes.map(() => new Map<number, Alternative[]>());
  for (const edge of graph.edges) {
    const from = indexOf.get(edge.from);
    const to = indexOf.get(edge.to);
    if (from === undefined || to === undefined) continue;
    const slots = slotsOf[to];
    const alternatives = slots?.get(edge.input);
    if (alternatives) alternatives.push({ node: from, selector: edge.selector });
    else slots?.set(edge.input, [{ node: from, selector: edge.selector }]);
  }
  const isContent = (a: Alternative) => (graph.nodes[a.node]?.kind === 'content' ? 1 : 0);
  const inputs = slotsOf.map((slots) =>
    [...slots]
      .sort(([a], [b]) => a - b)
      .map(
        ([input, alternatives]): InputSlot => ({
          input,
          alternatives: alternatives.sort((a, b) => isContent(a) - isContent(b)),
        }),
      ),
  );
  const users: UserLink[][] = graph.nodes.map(() => []);
  inputs.forEach((slots, node) => {
    for (const { input, alternatives } of slots) {
      alternatives.forEach((a, rank) => {
        users[a.node]?.push({ node, input, selector: a.selector, rank });
      });
    }
  });
  return {
    focus: indexOf.get(graph.focus) ?? 0,
    nodes: graph.nodes,
    indexOf,
    inputs,
    users,
    inputNodes: inputs.map((slots) => [...new Set(slots.flatMap((slot) => slot.alternatives.map((a) => a.node)))]),
    userNodes: users.map((links) => [...new Set(links.map((link) => link.node))]),
    total: graph.total,
    truncated: graph.truncated,
  };
}

/**
 * Adds a second neighbourhood of the same source to the first, whose focus stays. Counts of hidden links follow:
 * what one answer sent is not hidden any more, whichever answer named the record.
 */
export function mergeGraphs(first: Graph, second: Graph): Graph {
  const edgeKey = (e: GraphEdge) => `${e.to} ${e.input} ${e.from} ${e.selector}`;
  const edges = new Map<string, GraphEdge>();
  for (const edge of [...first.edges, ...second.edges]) edges.set(edgeKey(edge), edge);
  const nodes = new Map<string, GraphNode>();
  for (const [graph, sent] of [
    [first, countEnds(first.edges)],
    [second, countEnds(second.edges)],
  ] as const) {
    for (const node of graph.nodes) {
      if (nodes.has(node.id)) continue;
      // All links of the record, so that what is hidden after the merge can be told from what is known now.
      nodes.set(node.id, {
        ...node,
        hiddenInputs: node.hiddenInputs + (sent.inputs.get(node.id) ?? 0),
        hiddenUsers: node.hiddenUsers + (sent.users.get(node.id) ?? 0),
      });
    }
  }
  const known = countEnds([...edges.values()]);
  return {
    focus: first.focus,
    nodes: [...nodes.values()].map((node) => ({
      ...node,
      hiddenInputs: Math.max(0, node.hiddenInputs - (known.inputs.get(node.id) ?? 0)),
      hiddenUsers: Math.max(0, node.hiddenUsers - (known.users.get(node.id) ?? 0)),
    })),
    edges: [...edges.values()],
    // What either answer left out stays left out: the two may have left out the same.
    edgesTotal: edges.size + Math.max(first.edgesTotal - first.edges.length, second.edgesTotal - second.edges.length),
    truncated: first.truncated,
    total: first.total,
  };
}

function countEnds(edges: readonly GraphEdge[]) {
  const inputs = new Map<string, number>();
  const users = new Map<string, number>();
  for (const { from, to } of edges) {
    inputs.set(to, (inputs.get(to) ?? 0) + 1);
    users.set(from, (users.get(from) ?? 0) + 1);
  }
  return { inputs, users };
}
