import fc from 'fast-check';
import type { Graph, GraphEdge, GraphNode } from '../../../../shared/model/graph.ts';

/** `'c <- a/0, b/1'`: record c with input 0 from a and input 1 from b. A plain word is a record without inputs. */
export function graphOf(focus: string, ...lines: readonly string[]): Graph {
  const ids = new Set<string>();
  const edges: GraphEdge[] = [];
  for (const line of lines) {
    const [to = '', inputs] = line.split(' <- ');
    for (const text of inputs?.split(', ') ?? []) {
      const [from = '', input = '0'] = text.split('/');
      ids.add(from);
      edges.push({ from, to, input: Number(input), selector: '' });
    }
    ids.add(to);
  }
  return around(focus, [...ids], edges);
}

/** The ancestors and descendants of a record, as `graph.neighbourhood` sends them. */
export function around(focus: string, ids: readonly string[], edges: readonly GraphEdge[]): Graph {
  const distance = new Map<string, number>([[focus, 0]]);
  const walk = (step: 1 | -1): void => {
    let front = [focus];
    for (let far = step; front.length > 0; far += step) {
      const next: string[] = [];
      for (const edge of edges) {
        const [here, there] = step < 0 ? [edge.to, edge.from] : [edge.from, edge.to];
        if (!front.includes(here) || distance.has(there)) continue;
        distance.set(there, far);
        next.push(there);
      }
      front = next;
    }
  };
  walk(-1);
  walk(1);
  const sent = edges.filter((e) => {
    const [from, to] = [distance.get(e.from), distance.get(e.to)];
    return from !== undefined && to !== undefined && (from < 0 || to > 0) && !(from < 0 && to > 0);
  });
  const nodes = ids
    .filter((id) => distance.has(id))
    .map((id): GraphNode => {
      const hidden = edges.filter((e) => !sent.includes(e));
      return {
        id,
        digest: `sha256:${id.padStart(64, '0')}`,
        kind: id.startsWith('#') ? 'content' : 'exec',
        distance: distance.get(id) ?? 0,
        ownBytes: 0,
        addsBytes: 0,
        reclaimableBytes: 0,
        results: 1,
        hiddenInputs: hidden.filter((e) => e.to === id).length,
        hiddenUsers: hidden.filter((e) => e.from === id).length,
      };
    });
  return { focus, nodes, edges: sent, edgesTotal: sent.length, truncated: false, total: ids.length };
}

/** A chain of `length` records with the focus at its users' end. */
export function chainGraph(length: number): Graph {
  const nodes = Array.from(
    { length },
    (_, i): GraphNode => ({
      id: `n${i}`,
      digest: `sha256:${String(i).padStart(64, '0')}`,
      kind: 'exec',
      distance: -i,
      ownBytes: i,
      addsBytes: 1,
      reclaimableBytes: 0,
      results: 1,
      hiddenInputs: 0,
      hiddenUsers: 0,
    }),
  );
  const edges = nodes.slice(1).map((node, i): GraphEdge => ({ from: node.id, to: `n${i}`, input: 0, selector: '' }));
  return { focus: 'n0', nodes, edges, edgesTotal: edges.length, truncated: false, total: length };
}

/** Any graph without a loop: every record links to records before it; the focus is anywhere. */
export function anyGraph(maxNodes: number): fc.Arbitrary<Graph> {
  return fc.integer({ min: 1, max: maxNodes }).chain((size) => {
    const inputs = fc.array(fc.tuple(fc.nat(3), fc.nat(Math.max(0, size - 1))), { maxLength: 5 });
    return fc.tuple(fc.nat(size - 1), fc.array(inputs, { minLength: size, maxLength: size })).map(([focus, all]) => {
      const ids = Array.from({ length: size }, (_, i) => (i % 5 === 0 ? `#${i}` : `n${i}`));
      const edges = all.flatMap((slots, to) =>
        slots
          .filter(([, from]) => from < to)
          .map(([input, from]) => ({ from: ids[from] ?? '', to: ids[to] ?? '', input, selector: '' })),
      );
      const distinct = [...new Map(edges.map((e) => [`${e.from} ${e.to} ${e.input}`, e])).values()];
      return around(ids[focus] ?? '', ids, distinct);
    });
  });
}
